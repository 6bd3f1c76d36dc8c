/**
 * The codecs of record batches, given to kafkajs, which has only gzip. Pure JavaScript and
 * WebAssembly: native packages do not install everywhere. Each is loaded by the first batch of its
 * kind.
 */
import { Buffer } from 'node:buffer'
import kafkajs from 'kafkajs' // whose codecs Node does not see as names to import
import type { Compression } from './compression.ts'
import { UnreadableBatch } from './unreadable-batch.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs

/** What kafkajs takes where it sends. */
export const compressionTypes: Readonly<Record<Compression, kafkajs.CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

/** As kafkajs calls it: compresses what was encoded, decompresses the records of a batch. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

/** For the whole process: kafkajs keeps one table. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => told(codecs.snappy)
  CompressionCodecs[CompressionTypes.LZ4] = () => told(codecs.lz4)
  CompressionCodecs[CompressionTypes.ZSTD] = () => told(codecs.zstd)
}

export const codecs: Readonly<Record<'snappy' | 'lz4' | 'zstd', Codec>> = {
  snappy: {
    compress: async (encoder) => (await loadSnappy()).compress(encoder),
    decompress: async (bytes) => (await loadSnappy()).decompress(bytes),
  },
  lz4: {
    compress: async ({ buffer }) => {
      const { lz4Frame } = await import('./lz4-frame.ts')
      return asBuffer(await lz4Frame(buffer))
    },
    decompress: async (bytes) => {
      const { unframeLz4 } = await import('./lz4-frame.ts')
      return asBuffer(unframeLz4(bytes))
    },
  },
  zstd: {
    compress: async ({ buffer }) => {
      const { loadZstd } = await import('./zstd.ts')
      const compress = await loadZstd()
      return asBuffer(await compress(buffer))
    },
    decompress: async (bytes) => {
      const { unzstdBatch } = await import('./unzstd-batch.ts')
      return asBuffer(await unzstdBatch(bytes))
    },
  },
}

async function loadSnappy(): Promise<Codec> {
  const { default: snappy } = await import('kafkajs-snappy')
  return snappy()
}

/** kafkajs would fetch and try again what can never be read. */
function told({ compress, decompress }: Codec): Codec {
  return {
    compress,
    decompress: (bytes) =>
      decompress(bytes).catch((error) => {
        throw new UnreadableBatch(bytes, error)
      }),
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
