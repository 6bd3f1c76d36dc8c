/**
 * What is told at the end of a run: the counts, what was not counted and why, and the exit status.
 */
import { exitStatus, stopStatus, UcError } from '../errors.ts'
import type { Ledger, Total } from '../ledger.ts'
import { shown } from '../shown.ts'
import type { Outcome } from './drive.ts'
import { hints } from './hints.ts'
import { InputError } from './input.ts'
import { isAllocationFailure } from './memory.ts'
import { countedFaults, hintOfMalformed } from './refusal-hints.ts'
import type { Reading } from './flag-advice.ts'
import type { RejectSink } from './reject-sink.ts'
import type { RejectTotal } from './reject-totals.ts'
import { grouped } from './result-format.ts'
import { environment, ReaderLeft } from './runtime.ts'
import { tell } from './tell.ts'

/** Of files that were not read. */
const mostNames = 10

export interface Report {
  readonly command: string
  readonly ledger: Ledger
  readonly rejects: RejectSink
  /** Undefined: as many as there are. */
  readonly maxRejects?: { readonly share: number } | { readonly lines: number } | undefined
  readonly outcome: Outcome
  /** The outcome's, in words, and what else has failed. */
  readonly failures: readonly unknown[]
  /** Whether rejects or counts are written. */
  readonly isCounted: boolean
  /** How raw frames are read; undefined: they are not. */
  readonly reading?: Reading | undefined
  /** Whether files or standard input are read. */
  readonly hasInputs?: boolean
}

/** Tells, and returns the exit status. */
export function report(
  {
    command,
    ledger,
    rejects,
    maxRejects,
    outcome,
    failures,
    isCounted,
    reading,
    hasInputs = false,
  }: Report,
): number {
  const say = (text: string) => tell(`${command}: ${text}`)
  const { signal, isEmpty } = outcome
  const told = failures.filter((failure) => !(failure instanceof ReaderLeft))
  const failure = told[0]
  const isRefused = failure instanceof UcError && failure.code === 'refused'
  const { total } = ledger
  const { lines, frames, merged, leftOut = 0, missing = 0 } = total
  const hasNothing = lines > 0 && (merged ?? frames) === 0
  for (const each of told) {
    const extent = each instanceof InputError ? extentOf(each, total) : ''
    tell(`${command}: ${wordsOf(each)}${extent}`, ...traceOf(each))
  }
  const hasReaderLeft = failures.length > told.length
  if (hasReaderLeft && isCounted) {
    say('the reader of standard output left; counted is what was read until then')
  }
  if (isEmpty) say('nothing came, not even a header; did the command before fail?')
  const isSilent = lines === 0 && !isEmpty && outcome.isHeaded !== true
  if (hasInputs && isSilent && failures.length === 0 && signal === undefined) {
    say('the input is empty')
  }
  if (signal !== undefined) say(`stopped by ${signal} before the input was over`)
  if (!isRefused) {
    for (const each of rejects.totals.values()) {
      say(summary(each, total, rejects.hasFile))
      const counted = countedFaults(each)
      if (counted !== undefined) say(`of these are ${counted}`)
    }
    for (const words of partly(ledger)) say(words)
    if (leftOut > 0) say(`${grouped(leftOut)} of ${grouped(frames)} frames are left out`)
    for (const words of notUtf8(total)) say(words)
  }
  const malformed = rejects.totals.get('malformed')
  if (hasNothing && merged !== undefined) {
    say('not one line could be united')
  } else if (malformed !== undefined && !isRefused) {
    const hint = hintOfMalformed(malformed, total, reading)
    const said = [hasNothing ? 'not one line is a frame' : '', hint ?? '']
      .filter((each) => each !== '')
    if (said.length > 0) say(said.join('; '))
  }
  if (!isRefused && !hasReaderLeft) {
    for (const hint of hints(ledger)) say(hint)
  }
  if (missing > 0) {
    say(
      `${grouped(missing)} lines of the command before did not arrive; is a filter between?`,
    )
  }
  const isMostly = !hasNothing && isTooMuch(total, maxRejects)
  if (isMostly && !isRefused && !hasReaderLeft && signal === undefined && failure === undefined) {
    say(`${shareOf(total)} of the lines are malformed; ${allowed(maxRejects!)}`)
  }
  const imbalance = ledger.imbalance()
  if (imbalance !== undefined) say(`counts do not balance, which is a bug: ${imbalance}`)

  if (failure instanceof UcError) return exitStatus[failure.code]
  if (failure !== undefined || imbalance !== undefined) return exitStatus.failed
  if (signal !== undefined) return stopStatus[signal]
  if (hasNothing && isOff(maxRejects)) return 0
  return hasNothing || (isMostly && !hasReaderLeft) ? exitStatus.refused : 0
}

function isOff(most: Report['maxRejects']): boolean {
  return most !== undefined && 'lines' in most && most.lines === Infinity
}

function allowed(most: NonNullable<Report['maxRejects']>): string {
  const limit = 'share' in most ? `${most.share * 100} %` : `${grouped(most.lines)} lines`
  return `--max-rejects allows ${limit}`
}

/** Whether more lines are malformed than may be. */
function isTooMuch({ lines, malformed }: Total, most: Report['maxRejects']): boolean {
  if (most === undefined) return false
  return malformed > ('share' in most ? most.share * lines : most.lines)
}

function shareOf({ lines, malformed }: Total): string {
  const percent = malformed / lines * 100
  return percent < 1 ? 'less than 1 %' : `${percent.toFixed(percent % 1 === 0 ? 0 : 1)} %`
}

function summary({ reason, count, first }: RejectTotal, total: Total, hasFile: boolean): string {
  if (reason === 'repartitioned') return `${grouped(count)} windows not written: ${first.detail}`
  const { lines, frames, accepted = frames, merged } = total
  const [all, are] = {
    malformed: [`${grouped(lines)} lines`, 'malformed'],
    'out-of-range': [`${grouped(frames)} frames`, 'out of range'],
    quarantined: [`${grouped(frames)} frames`, 'quarantined for a wrong clock'],
    expired: merged === undefined
      ? [`${grouped(accepted)} frames`, 'expired for a window']
      : [`${grouped(lines)} lines`, 'out of order'],
    unmergeable: [`${grouped(lines)} lines`, 'not to be united'],
  }[reason]
  const remedy = hasFile ? '' : '; --rejects FILE keeps them'
  return `${grouped(count)} of ${all} ${are}, the first at ${first.where}: ${first.detail}${remedy}`
}

/** Where windows overlap. */
function* partly({ windows, total }: Ledger): Generator<string> {
  const { accepted = 0 } = total
  for (const [name, { partly = 0 }] of windows) {
    if (partly === 0) continue
    yield `${grouped(partly)} of ${grouped(accepted)} frames came when some of their windows ` +
      `${name} were over, and count in the others`
  }
}

/** Of the frames whose uid is not UTF-8, those that the command before has not told of. */
function* notUtf8(total: Total): Generator<string> {
  const { notUtf8 = 0, toldNotUtf8 = 0, dueNotUtf8 = 0, frames } = total
  if (notUtf8 > toldNotUtf8) {
    yield `${grouped(notUtf8 - toldNotUtf8)} of ${grouped(frames)} frames have a uid that is not ` +
      'UTF-8, which counts by its bytes'
  }
  if (notUtf8 < dueNotUtf8) {
    yield `${grouped(dueNotUtf8 - notUtf8)} uids that are not UTF-8 did not arrive as they were ` +
      'sent, so users may have become one; leave out what decodes text between the commands'
  }
}

const roomForMore = 'allow the process more, by ulimit -v or the limit of its container'

/** How far the input was read. */
function extentOf({ unread: { names, areBegun } }: InputError, { lines }: Total): string {
  const read = `; ${grouped(lines)} ${lines === 1 ? 'line was' : 'lines were'} read`
  if (names.length === 0) return read
  const more = names.length - mostNames
  const shown = names.slice(0, mostNames).join(', ') +
    (more > 0 ? ` and ${grouped(more)} more` : '')
  return `${read}; ${areBegun ? 'not read to the end' : 'not reached'}: ${shown}`
}

/** An error in one line, with its place; a bug has no words of its own. */
export function wordsOf(error: unknown): string {
  if (error instanceof InputError) return `${error.place}: ${error.message}`
  if (error instanceof UcError) return error.message
  if (isAllocationFailure(error)) return `memory: the system gives no more; ${roomForMore}`
  if (error instanceof Error && error.name === 'NotCapable') {
    return `deno: ${error.message.replace(/^R/, 'r')}` // it says what to allow
  }
  return `unexpected error: ${error instanceof Error ? error.message : String(error)}`
}

/** Where an error was thrown, for those who ask: lines behind its words, with UC_DEBUG=1. */
export function traceOf(error: unknown): readonly string[] {
  if (environment('UC_DEBUG') !== '1' || !(error instanceof Error)) return []
  const { message, stack = '' } = error
  // The newlines of the trace make lines, those of the message do not.
  return stack.replace(message, () => shown(message)).split('\n')
}
