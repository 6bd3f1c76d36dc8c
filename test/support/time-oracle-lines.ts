/** The oracle's lines: each shows all notes of its window that are due by its own due time. */
import type { ResultLine } from '../../src/records.ts'
import type { Calendar } from '../../src/time/calendar.ts'

/** A frame that counts in a window, and when the first line that shows it falls due. */
export interface Note {
  /** Index in calendar.kinds. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly uid: string
  /** The window's end where the frame is on time, later where it is late. */
  readonly dueMs: number
}

export function notedLines(notes: readonly Note[], calendar: Calendar): ResultLine[] {
  const windows = groupBy(notes, ({ kind, startMs }) => `${kind} ${startMs}`)
  return windows.flatMap(panes).sort((a, b) =>
    a.dueMs - b.dueMs || a.endMs - b.endMs || a.kind - b.kind
  ).map((pane) => resultLine(pane, calendar))
}

interface DuePane extends Omit<Note, 'uid'> {
  readonly notes: readonly Note[]
  readonly revision: number
}

/** The panes of one window, one per due time. */
function panes(notes: readonly Note[]): DuePane[] {
  const { kind, startMs, endMs } = notes[0]!
  const dueTimes = [...new Set(notes.map(({ dueMs }) => dueMs))].sort((a, b) => a - b)
  const isOnTime = dueTimes[0] === endMs
  return dueTimes.map((dueMs, i) => ({
    kind,
    startMs,
    endMs,
    dueMs,
    notes: notes.filter((note) => note.dueMs <= dueMs),
    revision: isOnTime ? i : i + 1,
  }))
}

function resultLine(pane: DuePane, { kinds, zone, weekStart, timeText }: Calendar): ResultLine {
  const window = kinds[pane.kind]!.name
  const users = new Set(pane.notes.map(({ uid }) => uid)).size
  return {
    window,
    start: pane.startMs / 1000,
    end: pane.endMs / 1000,
    time: timeText(pane.startMs),
    ...(zone.name === 'UTC' ? {} : { tz: zone.name }),
    ...(window === 'week' ? { weekStart } : {}),
    users,
    low: users,
    high: users,
    method: 'exact',
    error: 0,
    frames: pane.notes.length,
    pane: pane.revision === 0 ? 'on-time' : 'late',
    revision: pane.revision,
  }
}

function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const group = groups.get(keyOf(one)) ?? []
    group.push(one)
    groups.set(keyOf(one), group)
  }
  return [...groups.values()]
}
