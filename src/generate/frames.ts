/**
 * The frames of uc-generate: seeded, hostile like those of the challenge's own generator, and fast
 * enough not to be what a benchmark waits for. Two sequences of random numbers: `events` decides who
 * comes when and what is broken, `random` how it is written; so the truth depends on neither the
 * size of the frames nor their line breaks.
 */
import { frameBody, type Line, maxLineBytes } from './body.ts'
import { brokenLine } from './broken.ts'
import { emptyMember, mixed, type TsForm, writeTs, writeUid } from './counted-members.ts'
import { drawGroups, type GroupOptions, prependGroups } from './groups.ts'
import { memberPool } from './members.ts'
import { below, happens, jumpedRandom, type Random, seededRandom } from './random.ts'
import type { Truth } from './truth.ts'

export interface GenerateOptions {
  /** Lines, broken ones included. */
  readonly count: number
  /** Mean length of a line, its line break included. A frame needs about 47. */
  readonly frameBytes: number
  /** Frames per second of event time. */
  readonly ratePerSecond: number
  /** Each frame draws its user from so many, all with the same chance. At most 2^32. */
  readonly users: number
  /** A delayed frame's `ts` lies up to that long before its place in the stream. */
  readonly delaySeconds: number
  readonly delayPercent: number
  /** Its lower 32 bits count. */
  readonly seed: number
  /** Lines end in CR LF. */
  readonly crlf: boolean
  /** Event time of the first frame, unix milliseconds. It and the last lie in 1970 to 9999. */
  readonly startMs: number
  /** Per cent of lines that are malformed or have a wrong clock. */
  readonly brokenPercent: number
  /** Keys that frames have to be split by. */
  readonly groups?: readonly GroupOptions[]
  /** Told how many lines there are, before those are yielded. */
  readonly onLines?: (count: number) => void
}

const chunkBytes = 256 * 1024

/**
 * Yields chunks of whole lines. A chunk is valid until the next one is asked for, which is written
 * into the same buffer.
 */
export function* generateFrames(options: GenerateOptions, truth?: Truth): Generator<Uint8Array> {
  const { count, frameBytes, users, crlf, groups = [] } = options
  const events = seededRandom(options.seed)
  const random = jumpedRandom(events)
  const lineBreakBytes = crlf ? 2 : 1
  const body = frameBody({ pool: memberPool(random), random, frameBytes, lineBreakBytes })
  const ofGroups = jumpedRandom(jumpedRandom(events))
  const salt = mixed(options.seed + 1)
  const { firstMs, lastMs } = timeRange(options)
  const broken = brokenLine({ events, random, body, firstMs, lastMs })
  const uid = emptyMember(64 + mostGroupBytes(groups))
  const ts = emptyMember()
  const bytes = new Uint8Array(chunkBytes + maxLineBytes(frameBytes))
  const line: Line = { bytes, start: 0, end: 0 }

  for (let i = 0; i < count; i++) {
    const isBroken = happens(events, options.brokenPercent)
    const user = below(events, users)
    const form = tsForm(events)
    const tsMs = spelledMs(eventMs(options, events, i), form)
    writeUid(uid, random, user, salt)
    writeTs(ts, random, tsMs, form)
    const drawn = drawGroups(groups, ofGroups)
    if (groups.length > 0) prependGroups(uid, groups, drawn, ofGroups)
    if (!isBroken) {
      body(line, uid, ts)
      truth?.add(tsMs, user, drawn)
    } else if (broken(line, { uid, ts, tsMs }) === 'malformed') truth?.addMalformed()
    else truth?.addWrongClock()
    if (crlf) bytes[line.end++] = 0x0d
    bytes[line.end++] = 0x0a
    line.start = line.end
    if (line.start >= chunkBytes) {
      options.onLines?.(i + 1)
      yield bytes.subarray(0, line.start)
      line.start = 0
    }
  }
  if (line.start > 0) yield bytes.subarray(0, line.start)
}

function mostGroupBytes(groups: readonly GroupOptions[]): number {
  return groups.reduce((sum, { key }) => sum + 12 * key.length + 64, 0)
}

/** When frame `i` happened. Never before 1970, whatever the delay. */
function eventMs(options: GenerateOptions, events: Random, i: number): number {
  const placeMs = Math.floor(options.startMs + (i * 1000) / options.ratePerSecond)
  if (!happens(events, options.delayPercent)) return placeMs
  return Math.max(0, placeMs - below(events, options.delaySeconds * 1000 + 1))
}

/** What a reader will see: most spellings drop the milliseconds. */
function spelledMs(tsMs: number, form: TsForm): number {
  return form === 'millis' || form === 'long' ? tsMs : tsMs - (tsMs % 1000)
}

function tsForm(events: Random): TsForm {
  const kind = below(events, 1024)
  if (kind >= 132) return 'whole'
  if (kind >= 68) return 'string'
  if (kind >= 4) return 'millis'
  return kind >= 2 ? 'long' : 'power'
}

function timeRange({ startMs, delaySeconds, count, ratePerSecond }: GenerateOptions): {
  firstMs: number
  lastMs: number
} {
  return {
    firstMs: startMs - (delaySeconds + 1) * 1000,
    lastMs: startMs + (count * 1000) / ratePerSecond,
  }
}
