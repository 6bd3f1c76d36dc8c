/**
 * Lines to messages for a topic: each line is a value, with a key made of fields of it. A line that
 * has not the fields is refused, since without its key it would go where it does not belong.
 */
import { quoted } from '../errors.ts'
import type { Ledger } from '../ledger.ts'
import { valueAt } from '../ndjson/fields.ts'
import { groupOfLine } from '../ndjson/line-group.ts'
import { NumberedLines } from '../ndjson/numbered-lines.ts'
import { rawContent } from '../ndjson/raw.ts'
import { type Reject, type RejectContent, windowKey } from '../records.ts'
import { shown } from '../shown.ts'
import type { Emit, Stage } from '../stage.ts'

export interface MessageKeysOptions {
  /** Names, dotted for nested ones; undefined: window and start of result lines, else none. */
  readonly key: readonly string[] | undefined
  readonly maxLineBytes: number
  readonly ledger: Ledger
}

export interface KeyedLine {
  readonly type: 'message'
  readonly key: string | null
  /** The line without its break; a copy. */
  readonly value: Uint8Array
}

const decoder = new TextDecoder()
const resultStart = new TextEncoder().encode('{"window":')

export function messageKeysStage(
  { key, maxLineBytes, ledger }: MessageKeysOptions,
): Stage<Uint8Array, KeyedLine | Reject> {
  const account = ledger.open({ lines: 0, malformed: 0, frames: 0 })
  let out: Emit<KeyedLine | Reject>

  const lines = new NumberedLines({ maxLineBytes, line: take, refuse })

  function take(bytes: Uint8Array, start: number, end: number): void {
    const value = bytes.slice(start, end)
    const key = keyOf(value)
    if (key === undefined) {
      refuse('line has no key', () => rawContent(bytes, start, end))
      return
    }
    account.lines++
    account.frames++
    out({ type: 'message', key, value })
  }

  /** Null: it may go without. Undefined: it has none, and none is not allowed. */
  function keyOf(value: Uint8Array): string | null | undefined {
    if (key !== undefined) return fieldsOf(value, key)?.join('/')
    if (resultStart.some((byte, i) => value[i] !== byte)) return null
    return resultKey(value)
  }

  function refuse(problem: string, content: () => RejectContent): void {
    account.lines++
    account.malformed++
    const expected = key === undefined ? '' : `; expected ${key.map(quoted).join(' and ')}`
    const detail = `${problem}${expected}`
    const line = lines.lineNumber
    out({ type: 'reject', reason: 'malformed', detail, source: 'stdin', line, content })
  }

  return lines.stage((emit) => out = emit)
}

/** As `resultMessage` makes it, of lines of ours; of others that begin so by the same fields. */
function resultKey(value: Uint8Array): string | null {
  const [window, start] = fieldsOf(value, ['window', 'start']) ?? []
  if (window === undefined || start === undefined) return null
  const text = decoder.decode(value)
  const { by } = JSON.parse(text) as { by?: unknown }
  return shown(windowKey({ window, start, by: groupOfLine(by, text) }))
}

function fieldsOf(value: Uint8Array, names: readonly string[]): readonly string[] | undefined {
  try {
    const line: unknown = JSON.parse(decoder.decode(value))
    const fields = names.map((name) => fieldOf(line, name))
    return fields.every((field) => field !== undefined) ? fields : undefined
  } catch {
    return undefined
  }
}

function fieldOf(line: unknown, name: string): string | undefined {
  const value = valueAt(line, name.split('.'))
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
