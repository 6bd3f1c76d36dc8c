/**
 * Reads a result line (records.ts), of this program or of another one that writes the same. Fields
 * that are unknown here mean nothing. Whether the times are those of a window is the calendar's to
 * say, whether the sketch is one counter/read-image.ts's, and the set counter/set-image.ts's.
 */
import type { ResultLine, ShardCount } from '../records.ts'
import { isCount, isRecord } from './fields.ts'
import { groupOfLine } from './line-group.ts'

/** The line, or what is wrong with it. */
export function parseResult(text: string): ResultLine | string {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return 'not JSON; expected lines of uc-pipeline or uc-count, --format json'
  }
  if (!isRecord(line)) return 'no JSON object; expected a result line'
  for (const [key, { isRight, expected }] of Object.entries(fields)) {
    if (isRight(line[key])) continue
    return line[key] === undefined
      ? `no result line: it has no "${key}"; expected ${expected}`
      : `no result line: "${key}" is ${shortened(line[key])}; expected ${expected}`
  }
  if (line.by !== undefined) line.by = groupOfLine(line.by, text)
  const result = line as unknown as ResultLine
  const { shard, shards, frames, users, low, high } = result
  if (low > users || users > high) return `"users" ${users} is not within ${low} and ${high}`
  if (shards === undefined) return result
  if (shard !== undefined) return '"shard" and "shards" stand both there; expected one of them'
  const sum = Object.values(shards).reduce((sum, { frames }) => sum + frames, 0)
  return sum === frames ? result : `"shards" have ${sum} frames, the line has ${frames}`
}

/** West of Greenwich a frame of 1970 may be in the year 1969, east of it one of 9999 in 10000. */
const firstSecond = Date.UTC(1968, 11, 31) / 1000
const lastSecond = Date.UTC(10_001, 0, 2) / 1000

interface Field {
  readonly expected: string
  isRight(value: unknown): boolean
}

const count: Field = { expected: 'a whole number', isRight: isCount }
const time: Field = {
  expected: 'unix seconds of the years 1970 to 9999',
  isRight: (value) => {
    return Number.isSafeInteger(value) && firstSecond <= Number(value) &&
      Number(value) <= lastSecond
  },
}
const text: Field = { expected: 'text', isRight: isText }

const fields: Readonly<Record<string, Field>> = {
  window: { ...text, expected: 'a line of uc-pipeline or uc-count' },
  start: time,
  end: time,
  tz: optional(text),
  weekStart: optional(text),
  shard: optional(text),
  shards: optional({
    expected: 'an object with the frames of each shard',
    isRight: (value) => {
      const counts = isRecord(value) ? Object.values(value) : []
      return counts.length > 0 && counts.every(isShardCount)
    },
  }),
  by: optional({
    expected: 'an object with the values of a group',
    isRight: (value) => isRecord(value) && Object.keys(value).length > 0,
  }),
  users: count,
  low: count,
  high: count,
  method: oneOf(['exact', 'hll']),
  error: {
    expected: 'a number',
    isRight: (value) => Number.isFinite(value) && (value as number) >= 0,
  },
  frames: count,
  pane: oneOf(['early', 'on-time', 'late']),
  revision: optional(count),
  sketch: optional(text),
  set: optional(text),
}

function optional({ expected, isRight }: Field): Field {
  return { expected, isRight: (value) => value === undefined || isRight(value) }
}

function oneOf(words: readonly string[]): Field {
  return { expected: words.join(' or '), isRight: (value) => words.some((word) => word === value) }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isShardCount(value: unknown): value is ShardCount {
  if (!isRecord(value)) return false
  const { frames, pane, revision } = value
  return isCount(frames) && (pane === undefined || pane === 'early') &&
    (revision === undefined || isCount(revision))
}

function shortened(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'an object' // of any size and depth
  }
  const text = JSON.stringify(value)
  return text.length > 30 ? `${text.slice(0, 29)}…` : text
}
