/**
 * Which lines a window has of one breakdown: the groups with most users first, then by name, and all
 * that have no line of their own as one.
 */
import { Group, othersName } from '../group.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import { MergedWindow } from './merged-window.ts'

export interface GroupLimits {
  /** So many groups have lines; undefined: all. */
  readonly top: number | undefined
  /** Even then no more than these. */
  readonly mostGroups: number
  /** So many groups are not told apart for that. */
  readonly folded: (groups: number) => void
}

/** `windows`: of one window and breakdown, of kind `kind`. */
export function linesOfGroups(
  windows: readonly MergedWindow[],
  kind: ZonedKind,
  { top = Infinity, mostGroups, folded }: GroupLimits,
): readonly MergedWindow[] {
  const { breakdown } = windows[0]!.by!
  const others = othersName(breakdown)
  const ranked = windows.map((window) => ({ window, users: window.users, name: window.by!.name }))
  const groups = ranked.filter(({ name }) => name !== others)
  groups.sort((a, b) => b.users - a.users || (a.name < b.name ? -1 : 1))
  const shown = groups.slice(0, Math.min(top, mostGroups)).map(({ window }) => window)
  const rest = groups.slice(shown.length).map(({ window }) => window)
  const known = ranked.find(({ name }) => name === others)?.window
  if (rest.length === 0) return known === undefined ? shown : [...shown, known]
  if (![...rest, ...(known === undefined ? [] : [known])].every(({ isKnown }) => isKnown)) {
    const all = groups.map(({ window }) => window)
    return known === undefined ? all : [...all, known]
  }
  if (groups.length > mostGroups) folded(groups.length - mostGroups)
  const { startMs } = windows[0]!
  const united = known ?? new MergedWindow(kind, startMs, new Group(breakdown, others))
  for (const each of rest) united.absorb(each)
  return [...shown, united]
}
