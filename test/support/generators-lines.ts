/**
 * Lines to hold a scanner against JSON.parse: random JSON, frames of uc-generate, and either of them
 * with some bytes deleted, inserted, flipped, doubled or swapped.
 */
import { generateFrames } from '../../src/generate/frames.ts'
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import { randomLine, rawBytes, type WantedKeys } from './generators-json.ts'

const encoder = new TextEncoder()

/** Bytes that JSON gives a meaning, and some that it or UTF-8 forbid. */
const hostileBytes: readonly (readonly number[])[] = [
  ...'"\\{}[]:, \t\r0-+.eEu/nt'.split('').map((letter) => [letter.charCodeAt(0)]),
  [0x00],
  [0x01],
  [0x1f],
  [0x7f],
  [0x80],
  [0xff],
  [0xc0, 0x80],
  [0xc3],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0xa7],
  [0xf4, 0x90, 0x80, 0x80],
  [0xef, 0xbb, 0xbf],
  [0xc2, 0xa0],
  [0xe2, 0x80, 0xa8],
]

/** One line after the other, none with an LF. Forever. */
export function* hostileLines(random: Random, keys: WantedKeys): Generator<Uint8Array> {
  const frames = generatedLines(random)
  for (;;) {
    const isGenerated = happens(random, 20)
    const line = isGenerated ? nextOf(frames) : encoded(randomLine(random, keys))
    yield happens(random, 40) ? mutated(random, line) : withoutLf(line)
  }
}

/** In UTF-8, but for the bytes that some characters stand for. */
export function encoded(line: string): Uint8Array {
  const bytes = encoder.encode(line)
  let end = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    const code = byte === 0xef ? 0xf000 | (bytes[i + 1]! & 0x3f) << 6 | bytes[i + 2]! & 0x3f : 0
    const isRaw = code >= rawBytes[0] && code <= rawBytes[1]
    bytes[end++] = isRaw ? code & 0xff : byte
    if (isRaw) i += 2
  }
  return bytes.subarray(0, end)
}

function nextOf(lines: Generator<Uint8Array>): Uint8Array {
  const { value } = lines.next()
  return value as Uint8Array
}

function* generatedLines(random: Random): Generator<Uint8Array> {
  for (;;) {
    const chunks = generateFrames({
      count: 2000,
      frameBytes: pick(random, [47, 100, 300]),
      ratePerSecond: 20,
      users: 100,
      delaySeconds: 30,
      delayPercent: 10,
      seed: below(random, 2 ** 31),
      crlf: happens(random, 30),
      startMs: Date.UTC(2016, 6, 11, 13, 39, 44),
      brokenPercent: 10,
    })
    for (const chunk of chunks) yield* split(chunk)
  }
}

function* split(chunk: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < chunk.length;) {
    const end = chunk.indexOf(0x0a, start)
    yield chunk.slice(start, end)
    start = end + 1
  }
}

function withoutLf(line: Uint8Array): Uint8Array {
  return line.includes(0x0a) ? line.filter((byte) => byte !== 0x0a) : line
}

/** `line` with one to three changes. */
export function mutated(random: Random, line: Uint8Array): Uint8Array {
  let bytes = line
  for (let i = 1 + below(random, 3); i > 0; i--) bytes = change(random, bytes)
  return withoutLf(bytes)
}

function change(random: Random, bytes: Uint8Array): Uint8Array {
  const at = below(random, bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + below(random, 4))
  switch (below(random, 7)) {
    case 0:
      return joined(bytes.subarray(0, at), bytes.subarray(end))
    case 1:
      return joined(bytes.subarray(0, at), pick(random, hostileBytes), bytes.subarray(at))
    case 2:
      return joined(bytes.subarray(0, at), pick(random, hostileBytes), bytes.subarray(end))
    case 3:
      return joined(bytes.subarray(0, end), bytes.subarray(at))
    case 4:
      return bytes.subarray(0, at)
    default: {
      const changed = bytes.slice()
      if (bytes.length === 0) return changed
      const one = below(random, bytes.length)
      const other = below(random, bytes.length)
      if (happens(random, 50)) changed[one]! ^= 1 << below(random, 8)
      else [changed[one], changed[other]] = [changed[other]!, changed[one]!]
      return changed
    }
  }
}

export function joined(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** `bytes` in up to `most` pieces of random lengths. */
export function* randomCuts(
  random: Random,
  bytes: Uint8Array,
  most: number,
): Generator<Uint8Array> {
  let start = 0
  for (let left = below(random, most); left > 0; left--) {
    const end = start + below(random, bytes.length - start + 1)
    yield bytes.subarray(start, end)
    start = end
  }
  yield bytes.subarray(start)
}
