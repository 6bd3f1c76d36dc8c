/** The oracle's lines: each shows all notes of its window that are due by its own due time. */
import { Group } from '../../src/group.ts'
import type { ResultLine } from '../../src/records.ts'
import type { Calendar } from '../../src/time/calendar.ts'

/** A frame that counts in a window, and when the first line that shows it falls due. */
export interface Note {
  /** Index in calendar.kinds. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly uid: string
  /** Of each breakdown. */
  readonly groups: readonly string[]
  /** The window's end where the frame is on time, later where it is late. */
  readonly dueMs: number
}

export function notedLines(notes: readonly Note[], calendar: Calendar): ResultLine[] {
  const windows = groupBy(notes, ({ kind, startMs }) => `${kind} ${startMs}`)
  return windows.flatMap(withGroups).sort((a, b) =>
    a.dueMs - b.dueMs || a.endMs - b.endMs || a.kind - b.kind || a.place - b.place ||
    usersOf(b) - usersOf(a) || (a.name < b.name ? -1 : 1)
  ).map((pane) => resultLine(pane, calendar))
}

/** Of one window, of all its frames and of each group. */
function withGroups(notes: readonly Note[]): DuePane[] {
  const ofGroups = notes[0]!.groups.flatMap((_, place) => {
    return groupBy(notes, ({ groups }) => groups[place]!).flatMap((group) => {
      return panes(group, { place: place + 1, name: group[0]!.groups[place]! })
    })
  })
  return [...panes(notes, { place: 0, name: '' }), ...ofGroups]
}

interface Series {
  /** 0: of all frames; else that of the breakdown, from 1. */
  readonly place: number
  /** Of the group. */
  readonly name: string
}

function usersOf({ notes }: DuePane): number {
  return new Set(notes.map(({ uid }) => uid)).size
}

interface DuePane extends Omit<Note, 'uid' | 'groups'>, Series {
  readonly notes: readonly Note[]
  readonly revision: number
}

/** The panes of one window, one per due time. */
function panes(notes: readonly Note[], series: Series): DuePane[] {
  const { kind, startMs, endMs } = notes[0]!
  const dueTimes = [...new Set(notes.map(({ dueMs }) => dueMs))].sort((a, b) => a - b)
  const isOnTime = dueTimes[0] === endMs
  return dueTimes.map((dueMs, i) => ({
    ...series,
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
  const users = usersOf(pane)
  return {
    window,
    start: pane.startMs / 1000,
    end: pane.endMs / 1000,
    time: timeText(pane.startMs),
    ...(zone.name === 'UTC' ? {} : { tz: zone.name }),
    ...(window === 'week' ? { weekStart } : {}),
    ...(pane.place === 0 ? {} : { by: new Group([`key${pane.place - 1}`], pane.name) }),
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
