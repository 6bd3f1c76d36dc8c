/**
 * Reads one line of uc-window. The form in which it writes nearly all of them is read by its bytes
 * (`usual`); any other goes through JSON.parse (`any`), which decides what is right.
 */
import { quoted } from '../errors.ts'
import { keyName } from '../kernel/key-name.ts'
import { FrameParser } from '../kernel/frame-parser.ts'
import { type GroupKeys, noGroupKeys } from '../kernel/group-keys.ts'
import { groupValue } from '../kernel/group-value.ts'
import { BACKSLASH, LF, STRING } from '../kernel/json-tokens.ts'
import { hasEscape } from '../kernel/key-path.ts'
import { mostTextBytes } from '../kernel/utf8.ts'
import { EXPIRED, LATE, ON_TIME } from '../records.ts'
import type { Calendar } from '../time/calendar.ts'
import { SpanCache } from '../time/span-cache.ts'
import { isRecord } from './fields.ts'

const uidOpen = ascii('{"uid":"')
const windowsOpen = ascii('","windows":{')
const close = ascii('}}')
const expected = 'expected a line as uc-window writes it'
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Unix seconds have at most 12 digits up to the year 9999. No calendar is asked beyond them. */
const maxDigits = 12

export class WindowedLine {
  /** The uid: its bytes in the line, or its text where the line is unusual. */
  uidStart = 0
  uidEnd = 0
  /** Whether the bytes are beyond ASCII, or have escapes. */
  isOdd = false
  uidText: string | undefined
  /** Per kind, as in WindowedBatch. */
  readonly startsMs: Float64Array
  readonly verdicts: Uint8Array
  readonly #names: readonly string[]
  readonly #keys: readonly Uint8Array[]
  readonly #spans: readonly SpanCache[]
  readonly #parser: FrameParser
  readonly #breakdowns: readonly (readonly number[])[]
  /** Of each breakdown, the name of the group. */
  readonly groups: string[]

  constructor({ kinds }: Calendar, groupKeys: GroupKeys = noGroupKeys) {
    const [uidKeys, tsKeys] = [[keyName('uid')], [keyName('windows')]]
    this.#parser = new FrameParser({ uidKeys, tsKeys, groupKeys })
    this.#breakdowns = groupKeys.breakdowns
    this.groups = groupKeys.breakdowns.map(() => '')
    this.startsMs = new Float64Array(kinds.length)
    this.verdicts = new Uint8Array(kinds.length)
    this.#names = kinds.map(({ name }) => name)
    this.#keys = kinds.map(({ name }, k) => ascii(`${k === 0 ? '' : ','}"${name}":`))
    this.#spans = kinds.map((kind) => new SpanCache(kind))
  }

  /** Reads the line at [start, end). Returns what is wrong with it, or undefined. */
  read(bytes: Uint8Array, start: number, end: number): string | undefined {
    this.verdicts.fill(ON_TIME)
    this.uidText = undefined
    if (this.groups.length > 0 || !this.usual(bytes, start, end)) {
      if (end - start > mostTextBytes) return `line has ${end - start} bytes; ${expected}`
      const problem = this.any(decoder.decode(bytes.subarray(start, end)))
      if (problem !== undefined) return problem
      const isPerhapsOdd = this.uidText!.includes('\ufffd')
      if (isPerhapsOdd || this.groups.length > 0) this.#walk(bytes, start, end, isPerhapsOdd)
    }
    const k = this.#spans.findIndex((span, k) => {
      return span.at(this.startsMs[k]!).startMs !== this.startsMs[k]
    })
    if (k === -1) return undefined
    return `${this.startsMs[k]! / 1000} is not the start of a ${this.#names[k]}`
  }

  /** Reads the line if it has the usual form. */
  usual(bytes: Uint8Array, start: number, end: number): boolean {
    if (!startsWith(bytes, start, uidOpen)) return false
    const uidStart = start + uidOpen.length
    const uidEnd = bytes.indexOf(0x22, uidStart)
    if (uidEnd <= uidStart || uidEnd >= end) return false
    this.isOdd = hasEscape(bytes, uidStart, uidEnd)
    if (this.isOdd && !isPlain(bytes, uidStart, uidEnd)) return false
    if (!startsWith(bytes, uidEnd, windowsOpen)) return false
    let i = uidEnd + windowsOpen.length
    for (let k = 0; k < this.#keys.length; k++) {
      const key = this.#keys[k]!
      if (!startsWith(bytes, i, key)) return false
      i += key.length
      const digitsStart = i
      let seconds = 0
      for (let digit = bytes[i]! - 0x30; digit >= 0 && digit <= 9; digit = bytes[++i]! - 0x30) {
        seconds = seconds * 10 + digit
      }
      const digits = i - digitsStart
      const hasLeadingZero = digits > 1 && bytes[digitsStart] === 0x30
      if (digits === 0 || digits > maxDigits || hasLeadingZero) return false
      this.startsMs[k] = seconds * 1000
    }
    this.uidStart = uidStart
    this.uidEnd = uidEnd
    return startsWith(bytes, i, close) && i + close.length === end
  }

  /** Reads any line. Returns what is wrong with it, or undefined. */
  any(text: string): string | undefined {
    let line: unknown
    try {
      line = JSON.parse(text)
    } catch {
      return `not JSON; ${expected}`
    }
    if (!isRecord(line)) return `no JSON object; ${expected}`
    const { uid, windows, late = [], expired = [] } = line
    const hasUid = typeof uid === 'string' ? uid !== '' : Number.isSafeInteger(uid)
    if (!hasUid) return 'root has no "uid"; expected a string or a whole number'
    this.uidText = String(uid)
    if (!isRecord(windows)) return 'root has no "windows"; expected the start of each window'
    const stranger = Object.keys(windows).find((name) => !this.#names.includes(name))
    if (stranger !== undefined) {
      return `window ${quoted(stranger)} is not among ${this.#names.join(', ')}`
    }
    for (const [k, name] of this.#names.entries()) {
      const start = windows[name]
      if (!isStart(start)) return `"windows" has no start of ${name}, in unix seconds`
      this.startsMs[k] = start * 1000
    }
    return this.#mark('late', late, LATE) ?? this.#mark('expired', expired, EXPIRED)
  }

  /** For groups, and the bytes of a uid that may not be UTF-8: the text has lost them. */
  #walk(bytes: Uint8Array, start: number, end: number, isPerhapsOdd: boolean): void {
    const line = new Uint8Array(end - start + 1)
    line.set(bytes.subarray(start, end))
    line[end - start] = LF
    if (this.#parser.walk(line, 0) < 0) return
    const values = this.#parser.groups.map(({ chosen }) => groupValue(line, chosen))
    for (const [place, keys] of this.#breakdowns.entries()) {
      this.groups[place] = keys.map((key) => values[key]!).join('\n')
    }
    if (!isPerhapsOdd) return
    const uid = this.#parser.uid.chosen
    if (uid.kind !== STRING) return
    this.uidText = undefined
    this.isOdd = true
    this.uidStart = start + uid.start
    this.uidEnd = start + uid.end
  }

  #mark(key: string, kinds: unknown, verdict: number): string | undefined {
    if (!Array.isArray(kinds) || !kinds.every((name) => this.#names.includes(name))) {
      return `"${key}" is no list of kinds of window`
    }
    for (const name of kinds) this.verdicts[this.#names.indexOf(name)] = verdict
    return undefined
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Whether a string's inside is what it stands for. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i]! < 0x20 || bytes[i] === BACKSLASH) return false
  }
  return true
}

function startsWith(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[start + i] !== expected[i]) return false
  }
  return true
}

function isStart(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) < 10 ** maxDigits
}
