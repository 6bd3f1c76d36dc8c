/**
 * Partial panes of many processes to the lines that one would have written. It reads the lines of a
 * topic: panes, and marks around them (ndjson/partial-mark.ts), of all sources in any interleaving,
 * those of a source in their order. How windows are counted is told by the first mark, and has to
 * stay; no window closes before all sources have come past it, whether they have said a word or not.
 */
import { UcError } from '../errors.ts'
import type { Breakdown } from '../group.ts'
import type { Ledger } from '../ledger.ts'
import { isCounted, partialIn, type PartialPane } from '../ndjson/partial.ts'
import {
  isPartialMark,
  type PartialHead,
  type PartialMark,
  partialMarkIn,
} from '../ndjson/partial-mark.ts'
import { Repartitions } from '../sources/repartitions.ts'
import type { SourceEnd, SourceMark } from '../records.ts'
import type { Emit, Held, Stage } from '../stage.ts'
import { ChangedRecords } from '../state/changed-records.ts'
import { type Kept, type KeptPart, together, unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import type { Calendar } from '../time/calendar.ts'
import type { CountOut, CountStage } from './count.ts'

/** Lines of one partition, in the order of their offsets. */
export interface UniteLines {
  readonly type: 'lines'
  readonly source: number
  readonly lines: Uint8Array
}

export type UniteIn = SourceMark | SourceEnd | UniteLines

/** What a plan comes to. */
export interface UnitedCount {
  readonly counts: CountStage
  readonly calendar: Calendar
  /** Whether no user is in two sources, as long as there are as many. */
  readonly isDisjoint: boolean
  readonly breakdowns: readonly Breakdown[]
}

export interface UniteOptions {
  /** Throws where it is no plan. */
  readonly newCount: (plan: string) => UnitedCount
  readonly ledger: Ledger
  /** Told of what is missing. */
  say(text: string): void
}

export interface UniteStage extends Stage<UniteIn, CountOut> {
  readonly openWindows: number
  held(): Held
}

/** How far a source has told, and of how many it is one. */
interface Told {
  readonly name: string
  readonly of: number
  readonly next: number
  readonly isEnded: boolean
}

const planKey = 'plan'
const decoder = new TextDecoder()

export function uniteStage({ newCount, ledger, say }: UniteOptions): UniteStage {
  const account = ledger.open({
    lines: 0,
    malformed: 0,
    unmergeable: 0,
    expired: 0,
    replaced: 0,
    merged: 0,
    written: 0,
  })
  const records = new ChangedRecords()
  const told = new Map<number, Told>()
  const repartitions = new Repartitions()
  let plan: string | undefined
  let united: UnitedCount | undefined
  /** Of the topic that is read, for messages. */
  let place = ''
  let line = 0

  function begin(text: string): UnitedCount {
    plan = text
    return united = newCount(text)
  }

  function takeHead(head: PartialHead, emit: Emit<CountOut>): void {
    const { source, name, of, from, next } = head
    if (plan !== undefined && head.plan !== plan) {
      throw otherPlan(name, { was: plan, is: head.plan })
    }
    const { counts } = united ?? begin(head.plan)
    const before = told.get(source)
    if (before !== undefined && from < before.next) {
      throw toldTwice(name, { from, next: before.next })
    }
    if (before !== undefined && from > before.next) say(missing(name, { from, next: before.next }))
    for (let each = 0; each < of; each++) {
      if (told.has(each)) continue
      const ofEach = each === source ? name : `source ${each}`
      counts.push({ type: 'source', source: each, name: ofEach }, toResults(emit))
      if (each !== source) told.set(each, { name: ofEach, of, next: 0, isEnded: false })
    }
    told.set(source, { name, of, next, isEnded: false })
    if (united?.isDisjoint !== true) return
    const repartition = repartitions.head(head)
    if (repartition !== undefined) counts.refuse({ ...repartition, place, line }, toResults(emit))
  }

  function takePane(pane: PartialPane, emit: Emit<CountOut>): void {
    const { counts, calendar, isDisjoint } = united!
    if (!isDisjoint) return counts.push({ ...pane, place, line }, toResults(emit))
    const of = told.get(pane.source)?.of ?? 0
    const wasOf = repartitions.pane(pane, calendar) ?? of
    counts.push({ ...pane, of, wasOf, place, line }, toResults(emit))
  }

  /** Behind what a source has brought. */
  function takeMark(mark: Exclude<PartialMark, PartialHead>, emit: Emit<CountOut>): void {
    const { counts } = united!
    const repartition = repartitions.mark(mark.source)
    if (repartition !== undefined) counts.refuse({ ...repartition, place, line }, toResults(emit))
    counts.push(mark, toResults(emit))
    if (mark.type === 'source-end') end(mark.source, emit)
  }

  function take(text: string, emit: Emit<CountOut>): void {
    account.lines++
    line++
    const found = isPartialMark(text)
      ? partialMarkIn(text)
      : united === undefined
      ? 'a pane before any mark that says how it is counted'
      : paneIn(text, united)
    if (typeof found === 'string') {
      account.malformed++
      emit({
        type: 'reject',
        reason: 'malformed',
        detail: found,
        source: place,
        line,
        content: () => ({ raw: text }),
      })
      return
    }
    account.merged++
    if (found.type === 'partial-head') return takeHead(found, emit)
    if (united === undefined) return // a mark of what was told before what is still there
    if (found.type === 'partial') takePane(found, emit)
    else takeMark(found, emit)
  }

  /** The stream is over with its last source. */
  function end(source: number, emit: Emit<CountOut>): void {
    const known = told.get(source)
    if (known !== undefined) told.set(source, { ...known, isEnded: true })
    if ([...told.values()].every(({ isEnded }) => isEnded)) united!.counts.end(toResults(emit))
  }

  /** Marks end here. */
  function toResults(emit: Emit<CountOut>): Emit<CountOut> {
    return (message) => {
      if (message.type === 'result') account.written++
      if (message.type === 'result' || message.type === 'reject') emit(message)
    }
  }

  const kept = withAccounts([account], {
    save(put) {
      if (plan === undefined) return
      const fields: [string, RecordWriter][] = [[planKey, new RecordWriter().text(plan)]]
      for (const [source, { name, of, next, isEnded }] of told) {
        const record = new RecordWriter().text(name).count(of).number(next).flag(isEnded)
        fields.push([`${source}`, record])
      }
      fields.push(...repartitions.fields())
      records.save(put, fields)
    },
    load(all) {
      for (const [key, value] of all) {
        const record = new RecordReader(key, value)
        if (key === planKey) {
          begin(record.text())
        } else if (/^\d+$/.test(key)) {
          const name = record.text()
          const of = record.count()
          told.set(Number(key), { name, of, next: record.number(), isEnded: record.flag() })
        } else if (!repartitions.load(record)) {
          throw unknownRecord(key)
        }
        record.end()
        records.stands(key, value)
      }
    },
  })
  const unitePart: KeptPart = { name: 'unite', save: kept.save, load: kept.load }
  /** The stage is there when the plan is. */
  const countPart: Kept = {
    name: 'count',
    save(put) {
      if (united !== undefined) united.counts.save!(put)
    },
    load(all) {
      for (const _ of this.loadInSteps!(all));
    },
    *loadInSteps(all) {
      if (united !== undefined) yield* united.counts.loadInSteps!(all)
      else for (const [key] of all) throw unknownRecord(key)
    },
  }

  return {
    ...together([unitePart, countPart]),
    push(message, emit) {
      if (message.type === 'source') {
        place = message.name
        line = message.line ?? 0
      } else if (message.type === 'lines') {
        const texts = decoder.decode(message.lines).split('\n')
        for (const text of texts.slice(0, -1)) take(text, emit)
      }
    },
    *tick(nowMs, emit) {
      yield* united?.counts.tick?.(nowMs, toResults(emit)) ?? []
    },
    *inSteps(how, emit) {
      if (united !== undefined) yield* united.counts.inSteps!(how, toResults(emit))
    },
    end(emit) {
      united?.counts.end(toResults(emit))
    },
    stop(emit) {
      united?.counts.stop(toResults(emit))
    },
    get openWindows() {
      return united?.counts.openWindows ?? 0
    },
    held: () => united?.counts.held() ?? { windows: 0, exactBytes: 0, sketchBytes: 0 },
  }
}

function paneIn(
  text: string,
  { calendar, isDisjoint, breakdowns }: UnitedCount,
): PartialPane | string {
  const found = partialIn(text, calendar)
  if (typeof found === 'string') return found
  if (found.group !== undefined) return isGroup(found.group, breakdowns) ? found : 'no such group'
  if (isCounted(found.users) === isDisjoint) return found
  return `expected ${isDisjoint ? '"disjoint"' : '"users" or "sketch"'}, as the plan says`
}

/** Whether there is such a breakdown, and the name is that of one of its groups. */
function isGroup(
  { place, name }: NonNullable<PartialPane['group']>,
  breakdowns: readonly Breakdown[],
): boolean {
  const values = name.split('\n')
  if (values.length !== breakdowns[place]?.length) return false
  try {
    for (const value of values) JSON.parse(value)
    return true
  } catch {
    return false
  }
}

function otherPlan(
  name: string,
  { was, is }: { readonly was: string; readonly is: string },
): UcError {
  return new UcError(
    'failed',
    `the partial panes of ${name} are counted by ${is}, those before by ${was}; start all ` +
      'processes with the same flags, or with others into another topic of partial panes',
  )
}

function toldTwice(
  name: string,
  { from, next }: { readonly from: number; readonly next: number },
): UcError {
  return new UcError(
    'failed',
    `partial panes of ${name} come again: they were told up to offset ${next}, and begin anew at ` +
      `${from}; another group has counted it into the same topic: give each a topic of its own`,
  )
}

function missing(
  name: string,
  { from, next }: { readonly from: number; readonly next: number },
): string {
  return `${name}: the partial panes of offsets ${next} to ${from - 1} are missing; they were ` +
    'deleted before they were read, or the group that counts it was set to another offset'
}
