/** The windows of a state at a glance, whatever the flags it was saved with: its keys name the kinds. */
import { type Estimate, exactly } from '../counter/counter.ts'
import { UniqueCounter } from '../counter/unique.ts'
import type { StateRecord } from '../state/kept.ts'
import { RecordReader } from '../state/record.ts'
import { calendar, type WindowKind } from '../time/calendar.ts'
import { utc } from '../time/zone.ts'
import { OpenWindow } from './open-window.ts'
import { partialWindowsIn } from './saved-partials.ts'
import { SavedWindows } from './saved-windows.ts'
import { SlidingWindow } from './sliding-window.ts'
import { slicePrefix, slidingPrefix } from './sliding-windows.ts'

/** All windows of one kind. */
export interface HeldWindows {
  readonly window: string
  readonly open: number
  /** Closed ones that late frames may still change. */
  readonly revisable: number
  /** Begin of the first one and of the last one, in ms since 1970. */
  readonly firstMs: number
  readonly lastMs: number
  /** Of all of them, late ones too; one who is in two windows counts twice. */
  readonly users: number
  /** Whether no window holds a sketch. */
  readonly isExact: boolean
}

/** Finest kind first. `records`: of the count stage. Throws where one is missing or damaged. */
export function heldWindows(records: Iterable<StateRecord>): readonly HeldWindows[] {
  const sliding = new Map([...records].flatMap(slidingIn))
  const kinds = new Map<string, WindowKind>()
  const windows = new SavedWindows().load(ofWindows(records), (name, startMs) => {
    const kind = kinds.get(name) ?? kindNamed(name.replace(slicePrefix, ''))
    kinds.set(name, kind)
    return new OpenWindow({ kind, rank: 0, startMs, latenessMs: 0, newCounter })
  })
  return [...kinds.values()].sort((a, b) => a.nominalMs - b.nominalMs).map((kind) => {
    const all = windows.filter((window) => window.kind === kind)
    const counted = all.map(usersOf)
    // Where windows overlap, users stand in slices, and each is there once.
    const shown = sliding.get(kind.name) ?? all
    const starts = shown.map(({ startMs }) => startMs)
    return {
      window: kind.name,
      open: shown.filter(({ isClosed }) => !isClosed).length,
      revisable: shown.filter(({ isClosed }) => isClosed).length,
      firstMs: starts.reduce((a, b) => Math.min(a, b)),
      lastMs: starts.reduce((a, b) => Math.max(a, b)),
      users: counted.reduce((sum, { users }) => sum + users, 0),
      isExact: counted.every(({ method }) => method === 'exact'),
    }
  })
}

/** The same of what a source brings to a union: nothing of it is revised here. */
export function heldPartials(records: Iterable<StateRecord>): readonly HeldWindows[] {
  const kinds = new Map<string, { readonly startMs: number; readonly users: Estimate }[]>()
  for (const { kindName, startMs, users } of partialWindowsIn(records, newCounter)) {
    kinds.set(kindName, [...kinds.get(kindName) ?? [], { startMs, users: users.estimate() }])
  }
  const byLength = [...kinds].sort(([a], [b]) => kindNamed(a).nominalMs - kindNamed(b).nominalMs)
  return byLength.map(([window, all]) => ({
    window,
    open: all.length,
    revisable: 0,
    firstMs: all.reduce((first, { startMs }) => Math.min(first, startMs), Infinity),
    lastMs: all.reduce((last, { startMs }) => Math.max(last, startMs), -Infinity),
    users: all.reduce((sum, { users }) => sum + users.users, 0),
    isExact: all.every(({ users }) => users.method === 'exact'),
  }))
}

/** The windows of a kind that overlap. */
function slidingIn([key, value]: StateRecord): [string, SlidingWindow[]][] {
  if (!key.startsWith(slidingPrefix)) return []
  const name = key.slice(slidingPrefix.length)
  const kind = kindNamed(name)
  const record = new RecordReader(key, value)
  const windows: SlidingWindow[] = []
  for (let left = record.count(); left > 0; left--) {
    const startMs = record.number()
    const span = { startMs, endMs: startMs }
    const window = new SlidingWindow({ kind, rank: 0, span, latenessMs: 0, counted: () => nobody })
    window.readFrom(record)
    windows.push(window)
  }
  return windows.length === 0 ? [] : [[name, windows]]
}

const nobody = exactly(0)

/** Its ends are not those of the state, whose zone is not looked for. */
function kindNamed(name: string): WindowKind {
  return calendar({ windows: [name], zone: utc, weekStart: 'monday' }).kinds[0]!
}

/** Becomes a sketch where a record holds one, and takes its precision then. */
function newCounter(): UniqueCounter {
  return new UniqueCounter({ method: 'exact', exactLimit: 0, precision: 21 })
}

/** What else the stage keeps is no window. */
function ofWindows(records: Iterable<StateRecord>): readonly StateRecord[] {
  return [...records].filter(([key]) => {
    return /^[^/]+\/-?\d/.test(key) && !key.startsWith('source/') && !key.startsWith(slidingPrefix)
  })
}

function usersOf({ users, late }: OpenWindow) {
  for (const [, addition] of late) {
    if (addition.users !== undefined) users.merge(addition.users.state)
  }
  return users.estimate()
}
