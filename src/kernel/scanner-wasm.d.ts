/** The compiled assembly/, in base64. `npm run build` writes it to dist (.dev/assembly.js). */
export declare const scannerWasm: string
