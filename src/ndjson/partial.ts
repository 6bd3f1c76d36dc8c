/**
 * Partial panes: what one source brings to a window, on its way to where the sources are united. A
 * line each:
 *
 *   {"window":"minute","start":1468244340,"source":3,"frames":412,"users":"bJTH6+v3kug…"}
 *   {"window":"minute","start":1468244340,"source":3,"frames":2,"due":1468244410,"sketch":"AgEHDg…"}
 *
 *   users    in base64, 8 bytes each: the fingerprint (counter/hash.ts), hi then lo, big-endian.
 *            Worked through: "12" is hi = 6c94c7eb, lo = ebf792e8, so "bJTH6+v3kug="
 *   sketch   in place of users: an image (counter/image.ts), in base64
 *   disjoint in place of users, where no other source has any of them: how many the source itself has
 *            counted up to there, {"users":512,"low":512,"high":512,"method":"exact","error":0}
 *   by       where it is of a group: the place of its breakdown among all, from 0, and `group`, the
 *            group's name (group.ts); its users are always told one by one
 *   due      late frames only, unix seconds: a revision shows them then
 */
import type { Estimate } from '../counter/counter.ts'
import { imageOf } from '../counter/image.ts'
import { readImage } from '../counter/read-image.ts'
import { Sketch } from '../counter/sketch.ts'
import { quoted } from '../errors.ts'
import type { Calendar } from '../time/calendar.ts'
import { secondsText } from '../time/unix-time.ts'
import { base64, bytesOf } from './base64.ts'
import { isCount, isRecord } from './fields.ts'

export interface PartialPane {
  readonly type: 'partial'
  readonly source: number
  /** Name of the kind of window. */
  readonly kind: string
  readonly startMs: number
  /** 0 where the pane before has them; with no users either, it says that the source is heard of. */
  readonly frames: number
  /** Of late frames: when a revision shows them, unix milliseconds. */
  readonly dueMs?: number
  readonly users: PaneUsers
  /** The group that it is of, and the place of its breakdown. Undefined: all frames. */
  readonly group?: { readonly place: number; readonly name: string }
  /** Of how many sources it is one, where that matters, and was while the window began. */
  readonly of?: number
  readonly wasOf?: number
  /** Where it was read, for messages. */
  readonly place?: string
  readonly line?: number
}

/**
 * Fingerprints, `hi`, `lo` of each; or a sketch, which holds users of earlier panes too; or their
 * number, likewise with those of earlier panes.
 */
export type PaneUsers = Uint32Array | Sketch | Estimate

/** Whether they are a number. */
export function isCounted(users: PaneUsers): users is Estimate {
  return !(users instanceof Sketch) && !(users instanceof Uint32Array)
}

/** More are split: their line has 350 kB. */
export const mostPaneUsers: number = 2 ** 15
const userBytes = 8
/** Unix seconds have at most 12 digits up to the year 9999. */
const mostSeconds = 10 ** 12

export function partialLine(pane: PartialPane): string {
  const { source, kind, startMs, frames, dueMs, users, group } = pane
  const due = dueMs === undefined ? '' : `,"due":${secondsText(dueMs)}`
  return `{"window":${JSON.stringify(kind)},"start":${secondsText(startMs)},"source":${source},` +
    `"frames":${frames}${groupText(group)}${due},${usersText(users)}}\n`
}

function groupText(group: PartialPane['group']): string {
  if (group === undefined) return ''
  return `,"by":${group.place},"group":${JSON.stringify(group.name)}`
}

function usersText(users: PaneUsers): string {
  if (users instanceof Sketch) return `"sketch":"${base64(imageOf(users))}"`
  if (users instanceof Uint32Array) return `"users":"${base64(bigEndian(users))}"`
  const { users: count, low, high, method, error } = users
  return `"disjoint":${JSON.stringify({ users: count, low, high, method, error })}`
}

/** The pane in a line, or what is wrong with it. */
export function partialIn(text: string, { kinds }: Pick<Calendar, 'kinds'>): PartialPane | string {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return 'not JSON; expected a partial pane'
  }
  if (!isRecord(line)) return 'no JSON object; expected a partial pane'
  const { window: name, start, source, frames, due, by, group } = line
  if (typeof name !== 'string') return 'root has no "window"; expected a partial pane'
  const kind = kinds.find((each) => each.name === name)
  if (kind === undefined) {
    return `window ${quoted(name)} is not among ${kinds.map((each) => each.name).join(', ')}`
  }
  if (!isCount(source)) return '"source" is no whole number'
  if (!isCount(frames)) return '"frames" is no whole number'
  if (!isTime(start)) return '"start" is no time in unix seconds'
  const startMs = Math.round(start * 1000)
  const span = kind.spanAt(startMs)
  if (span.startMs !== startMs) return `${start} is not the start of a ${name}`
  const users = usersIn(line)
  if (typeof users === 'string') return users
  const ofAll = { type: 'partial', source, kind: name, startMs, frames, users } as const
  let pane: PartialPane = ofAll
  if (by !== undefined || group !== undefined) {
    if (!isCount(by) || typeof group !== 'string') return '"by" and "group" name no group'
    if (!(users instanceof Uint32Array)) return 'a group has no "users"'
    pane = { ...ofAll, group: { place: by, name: group } }
  }
  if (due === undefined) return pane
  if (!isTime(due)) return '"due" is no time in unix seconds'
  const dueMs = Math.round(due * 1000)
  return dueMs > span.endMs ? { ...pane, dueMs } : `"due" is not behind the end of the ${name}`
}

function usersIn(line: Record<string, unknown>): PaneUsers | string {
  const { users, sketch, disjoint } = line
  if (disjoint !== undefined) {
    const isAlone = users === undefined && sketch === undefined
    return isAlone ? estimateIn(disjoint) : 'expected "disjoint" without "users" and "sketch"'
  }
  if ((users === undefined) === (sketch === undefined)) return 'expected either "users" or "sketch"'
  const name = users === undefined ? 'sketch' : 'users'
  const text = users ?? sketch
  const bytes = typeof text === 'string' ? bytesOf(text) : undefined
  if (bytes === undefined) return `"${name}" is not base64`
  if (name === 'sketch') {
    const read = readImage(bytes)
    return typeof read === 'string' ? `"sketch" is no sketch: ${read}` : read
  }
  if (bytes.length % userBytes !== 0) {
    return `"users" has ${bytes.length} bytes; expected ${userBytes} each`
  }
  return halves(bytes)
}

function estimateIn(value: unknown): Estimate | string {
  if (!isRecord(value)) return '"disjoint" is no object'
  const { users, low, high, method, error } = value
  const isWhole = isCount(users) && isCount(low) && isCount(high) && low <= users && users <= high
  if (!isWhole) return '"disjoint" has no "users" between "low" and "high"'
  if (method !== 'exact' && method !== 'hll') return '"disjoint" has no "method" exact or hll'
  if (typeof error !== 'number' || !(error >= 0 && error < Infinity)) {
    return '"disjoint" has no "error" of at least 0'
  }
  return { users, low, high, method, error }
}

function bigEndian(pairs: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(pairs.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < pairs.length; i++) view.setUint32(i * 4, pairs[i]!)
  return bytes
}

function halves(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pairs = new Uint32Array(bytes.length / 4)
  for (let i = 0; i < pairs.length; i++) pairs[i] = view.getUint32(i * 4)
  return pairs
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value) && Math.abs(value as number) < mostSeconds
}
