/**
 * Finds the value at one path while a line is walked: which containers on the way down still match,
 * and what the last value there was. As in JSON.parse the last of equal keys wins, on every level:
 * `{"user":{"id":1},"user":2}` has nothing at user.id.
 */
import { ARRAY, BACKSLASH, NONE, NUMBER, OBJECT, STRING } from './json-tokens.ts'
import { isIndex, type KeyName, type Path } from './key-name.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class KeyPath {
  /** As the user has typed it. */
  readonly name: string
  /** Kind of the value found (json-tokens.ts), NONE while there is none, and its bytes. */
  kind: number = NONE
  start = 0
  end = 0
  /** How deep the current container lies in the path: 1 is the root object. */
  level = 1
  readonly #segments: Path
  readonly #segmentBytes: readonly Uint8Array[]
  readonly #isAscii: boolean
  /** Per level, where that is an array that may match: which element does, and how many have come. */
  readonly #indexes: readonly number[]
  readonly #elements: number[]

  constructor({ text, isPointer }: KeyName, path: Path) {
    this.name = text
    this.#segments = path
    this.#segmentBytes = path.map((segment) => encoder.encode(segment))
    this.#isAscii = this.#segmentBytes.flatMap((bytes) => [...bytes]).every((byte) => byte < 0x80)
    this.#indexes = path.map((segment) => isPointer && isIndex(segment) ? Number(segment) : -1)
    this.#elements = path.map(() => 0)
  }

  /** A new line begins. */
  reset(): void {
    this.kind = NONE
    this.level = 1
  }

  /** Whether the key at [start, end) of the innermost matching container is the path's next one. */
  matches(bytes: Uint8Array, start: number, end: number): boolean {
    const segment = this.#segmentBytes[this.level - 1]!
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!
      if (byte === BACKSLASH || (byte >= 0x80 && !this.#isAscii)) {
        return decodedString(bytes, start, end) === this.#segments[this.level - 1]
      }
      if (byte !== segment[i - start]) return false
    }
    return end - start === segment.length
  }

  /** The same of the next element of the array that is the innermost matching container. */
  matchesElement(): boolean {
    const depth = this.level - 1
    return this.#elements[depth]!++ === this.#indexes[depth]
  }

  /**
   * The value of a key that matches: of kind `kind`, without quotes at [start, end). Returns
   * whether the walk goes on below it.
   */
  take(kind: number, start: number, end: number): boolean {
    if (this.level === this.#segments.length) {
      this.kind = kind
      this.start = start
      this.end = end
      return false
    }
    this.kind = NONE
    if (kind === OBJECT) return true
    this.#elements[this.level] = 0
    return kind === ARRAY && this.#indexes[this.level]! >= 0
  }

  get isText(): boolean {
    return this.kind === STRING || this.kind === NUMBER
  }
}

/** The text of a JSON string whose inside is [start, end). */
export function decodedString(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end))
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

/** Whether a string's inside is anything but plain ASCII. */
export function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte === BACKSLASH || byte < 0x20 || byte >= 0x80) return true
  }
  return false
}
