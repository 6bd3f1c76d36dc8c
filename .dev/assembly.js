/**
 * Compiles the WebAssembly of the scanner into a module of JavaScript, as text in base64: so it is
 * loaded like any other part of the program, and Deno asks for no permission to read a file.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const root = new URL('..', import.meta.url)
const output = 'scanner.wasm'
const flags = [
  ...['--baseDir', fileURLToPath(root), '--outFile', output],
  ...['--runtime', 'stub', '--noAssert', '--use', 'abort='],
  ...['-O3', '--enable', 'simd', '--debug'], // debug: names of functions, for profiles
]

let wasm
const { error, stderr } = await main(['src/kernel/assembly/scanner.ts', ...flags], {
  writeFile(name, contents) {
    if (name === output) wasm = contents
  },
})
if (error !== null || wasm === undefined) {
  process.stderr.write(stderr.toString())
  process.exit(1)
}

const folder = new URL('dist/src/kernel/', root)
mkdirSync(folder, { recursive: true })
const text = Buffer.from(wasm).toString('base64')
writeFileSync(new URL('scanner-wasm.js', folder), `export const scannerWasm =\n  '${text}'\n`)
