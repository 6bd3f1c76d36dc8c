/** A small text and its compressed forms. */
import { gzipSync } from 'node:zlib'
import { joined } from './generators-lines.ts'

const sentences = 'The ferry leaves when the last crate is on board. ' +
  'Nobody counted the steps twice; the ferry leaves again.\n'

const lines = Array.from({ length: 8 }, (_, i) => {
  return `${sentences}{"uid":"user${(i + 1) * 7919}","ts":14682443${i + 1}${i + 1}}\n`
})

const encoder = new TextEncoder()

export const plainText: Uint8Array = encoder.encode(lines.join(''))

/** Two members, as `cat a.gz b.gz` makes them; each line is decodable as soon as its bytes are there. */
export const gzipped: Uint8Array = joined(
  gzipSync(plainText.subarray(0, 700), { level: 9 }),
  gzipSync(plainText.subarray(700), { level: 0 }),
)

/** Node 20 cannot write zstd: made by `zstd -19 --no-check` and `zstd -3` from the same text. */
export const zstandard: Uint8Array = fromBase64(
  'KLUv/WBvA5UFAKKKIRlwzwNQxVOEDAeRNH9clQ5wS2I842Tpr+EFwCWl824YY/dzh/A1j8/dBx/egxG27o4e2zknW3oD' +
    'rtb6PSfhawSzlwVsaEOsbyVGMMWRmAUIkDOZebn4xKEu2+ivVf5CEk24UihCDRaUOinCEGXr8N9ZE752PvzNZegbiu1P' +
    '8x+uav2FvzkCECiQM9sBEBrhbRP///MBdY3TFbyuMWKD6zqm68CR1JqQnLJqUcABZAY=',
)

export const zstandardWithChecksum: Uint8Array = fromBase64(
  'KLUv/WRvA80FAJLKIRxwF+gBAfGBCrSahDGRH851Gs81uVMyjHtX/eu9QsNYcma1FnO7K9XIV7t789atlkLMvHxxSokx' +
    'c1QIDULcnZhqRBxaD8BpqK35VDnEeVA5B8IQoSNwAX/ApS4t+Erf16jIY5knDSmww5tOGhvlUrhf3Ty2UpfsI3XjI8vS' +
    'N3CfLDPnD+wjRRIAoNMVpBh0uoIUg05XkGLQEQtSDDpdQYpBpyukOGKdCohJw7wiVYWzNC8B1yoz0FxPNA==',
)

/** A frame of zstd whose blocks are not compressed (RFC 8878, 3.1.1), of `blockBytes` each. */
export function zstdStored(text: Uint8Array, blockBytes: number): Uint8Array {
  const parts: number[][] = [[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]] // no size; a window of 128 KiB
  for (let start = 0; start < text.length; start += blockBytes) {
    const block = text.subarray(start, start + blockBytes)
    const isLast = start + blockBytes >= text.length
    const head = block.length << 3 | (isLast ? 1 : 0)
    parts.push([head & 0xff, head >> 8 & 0xff, head >> 16], [...block])
  }
  return joined(...parts)
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
