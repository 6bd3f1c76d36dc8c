/**
 * One window of the output: the line of all frames, and those of its groups. The total stands first,
 * then each breakdown, by the names of its keys; in it the groups with most users first, then by name,
 * and the others behind all. So the order does not depend on that of the inputs.
 */
import { Group } from '../group.ts'
import type { ResultLine } from '../records.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import type { WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import { resultLines } from '../windows/result-lines.ts'
import { ByGroup, type OfBreakdown } from './by-group.ts'
import type { GatheredWindow } from './gathered-window.ts'
import { MergedLines } from './merged-lines.ts'
import { paneFields, shardFields } from './shares.ts'

/** Which groups of a window have lines. */
export interface GroupsWritten {
  /** Whether the total has one. */
  readonly hasTotal: boolean
  /** So many of each breakdown, and the rest one; undefined: all. */
  readonly top: number | undefined
  /** So many of each breakdown are told apart; further ones are in that rest. */
  readonly mostGroups: number
  /** Lines of a group are among the others, as it did not become one of them. */
  readonly folded: () => void
}

export interface WrittenLines {
  /** The run was stopped, and there may be more. */
  readonly isCut: boolean
  /** A set of users is passed on. */
  readonly hasSet: boolean
}

export class MergedWindow {
  readonly startMs: number
  readonly endMs: number
  /** Whether it has lines, and not only finer windows. */
  hasOwn = false
  readonly kind: WindowKind
  readonly #zoned: ZonedKind
  readonly #written: GroupsWritten
  readonly #lines = new ByGroup<MergedLines>()

  constructor(zoned: ZonedKind, startMs: number, written: GroupsWritten) {
    this.startMs = startMs
    this.endMs = windowFrom(zoned.kind, startMs).endMs
    this.kind = zoned.kind
    this.#zoned = zoned
    this.#written = written
  }

  get name(): string {
    return this.kind.name
  }

  get nominalMs(): number {
    return this.kind.nominalMs
  }

  /** Whether there is a line of all frames. */
  get hasTotal(): boolean {
    return this.#lines.total !== undefined
  }

  /** Of the sketch in that line, if it has one. */
  get precision(): number | undefined {
    return this.#lines.total?.precision
  }

  take({ kindName, lines }: GatheredWindow): void {
    const { name } = this
    const { total } = lines
    if (total !== undefined && this.#written.hasTotal) {
      this.#lines.total ??= new MergedLines()
      this.#lines.total.take(total, { kindName, name })
    }
    for (const { breakdown, groups } of lines.breakdowns) {
      const ours = this.#lines.of(breakdown)
      for (const [group, each] of groups) {
        const toldAs = this.#toldAs(group, ours)
        let known = ours.groups.get(toldAs)
        if (known === undefined) ours.groups.set(toldAs, known = new MergedLines())
        known.take(each, { kindName, name, isFolded: toldAs !== group })
      }
    }
  }

  /** Only once. */
  *toLines(how: WrittenLines): Generator<ResultLine> {
    const { total } = this.#lines
    if (total !== undefined) {
      const line = this.#line(total, undefined, how)
      total.letGo()
      yield line
    }
    for (const ofBreakdown of this.#lines.breakdowns) yield* this.#groupLines(ofBreakdown, how)
  }

  /** The name of the group that it is counted in. */
  #toldAs(name: string, { groups, othersName }: OfBreakdown<MergedLines>): string {
    if (groups.has(name) || name === othersName) return name
    const toldApart = groups.size - (groups.has(othersName) ? 1 : 0)
    if (toldApart < this.#written.mostGroups) return name
    this.#written.folded()
    return othersName
  }

  *#groupLines(
    { breakdown, othersName, groups }: OfBreakdown<MergedLines>,
    how: WrittenLines,
  ): Generator<ResultLine> {
    const { top = Infinity } = this.#written
    const others = groups.get(othersName)
    groups.delete(othersName)
    const hasRest = groups.size > top
    const ranked: Ranked[] = []
    for (const [name, lines] of groups) ranked.push({ name, users: lines.users(this.name) })
    ranked.sort(byUsers)
    for (const { name } of ranked.slice(0, top)) {
      const lines = groups.get(name)!
      yield this.#line(lines, new Group(breakdown, name), how)
      groups.delete(name)
    }
    const rest = hasRest ? new MergedLines() : others
    if (rest === undefined) return
    if (hasRest) {
      for (const { name } of ranked.slice(top)) rest.absorb(groups.get(name)!, this.name)
      if (others !== undefined) rest.absorb(others, this.name)
    }
    yield this.#line(rest, new Group(breakdown, othersName), how)
  }

  #line(lines: MergedLines, by: Group | undefined, { isCut, hasSet }: WrittenLines): ResultLine {
    const { shares, counted } = lines.come(this.name, hasSet)
    if (isCut) {
      for (const [shard, { frames, revision }] of shares) {
        shares.set(shard, { frames, isEarly: true, revision })
      }
    }
    const { startMs, endMs } = this
    const { shard, shards } = shardFields(shares)
    const { frames, pane, revision } = paneFields(shares)
    const window = { startMs, endMs, kind: this.kind }
    const toLine = resultLines({ calendar: this.#zoned, shard })
    return toLine({ window, counted, frames, pane, revision, shards, by })
  }
}

interface Ranked {
  readonly name: string
  readonly users: number
}

function byUsers(a: Ranked, b: Ranked): number {
  return b.users - a.users || (a.name < b.name ? -1 : 1)
}
