/**
 * Bytes in the text of a line, and back (RFC 4648, section 4). By tables, as btoa and atob want each
 * byte as a letter of a string first, which takes five times as long for a sketch of 16 kB.
 */

const letters = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
)
const padding = 0x3d
/** By letter; 64 for all that is none. */
const values = new Uint8Array(256).fill(64)
letters.forEach((letter, value) => values[letter] = value)
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function base64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const three = bytes[i]! << 16 | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0)
    text[at++] = letters[three >> 18]!
    text[at++] = letters[three >> 12 & 63]!
    text[at++] = letters[three >> 6 & 63]!
    text[at++] = letters[three & 63]!
  }
  text.fill(padding, at - (3 - bytes.length % 3) % 3)
  return decoder.decode(text)
}

/** The bytes, or undefined where the text is not what base64() gives for any. */
export function bytesOf(text: string): Uint8Array | undefined {
  const source = encoder.encode(text)
  if (source.length % 4 !== 0) return undefined
  let end = source.length
  while (end > source.length - 2 && source[end - 1] === padding) end--
  const bytes = new Uint8Array(end * 3 >> 2)
  let wrong = 0
  let four = 0
  for (let i = 0, at = 0; i < source.length; i += 4) {
    const [a, b] = [values[source[i]!]!, values[source[i + 1]!]!]
    const c = i + 2 < end ? values[source[i + 2]!]! : 0
    const d = i + 3 < end ? values[source[i + 3]!]! : 0
    wrong |= a | b | c | d
    four = a << 18 | b << 12 | c << 6 | d
    bytes[at++] = four >> 16
    bytes[at++] = four >> 8 & 0xff
    bytes[at++] = four & 0xff
  }
  // The bits behind the last byte say nothing, and have to be 0.
  const unused = (1 << (source.length - end) * 8) - 1
  return (wrong & 64) === 0 && (four & unused) === 0 ? bytes : undefined
}
