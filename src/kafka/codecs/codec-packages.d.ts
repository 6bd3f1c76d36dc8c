/** What is used of packages that bring no types, or no right ones. */

declare module 'lz4js' {
  /** Returns the index in `to` behind what it wrote. */
  export function decompressBlock(
    from: Uint8Array,
    to: Uint8Array,
    fromIndex: number,
    fromLength: number,
    toIndex: number,
  ): number
}

declare module 'kafkajs-snappy' {
  import type { Buffer } from 'node:buffer'
  interface Codec {
    compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
    decompress(buffer: Buffer): Promise<Buffer>
  }
  const snappy: () => Codec
  export default snappy
}
