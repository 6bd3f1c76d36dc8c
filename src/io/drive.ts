/**
 * Runs a stage over an input: waits for chunks, lets outputs keep pace, watches for signals, and
 * tells a whole input from one that was stopped or broke off.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { brokenOff } from '../ndjson/protocol.ts'
import type { EndMark, Header } from '../records.ts'
import type { Stage } from '../stage.ts'
import { InputError } from './input.ts'
import { isPipe, onSignal, ReaderLeft, type Signal } from './runtime.ts'

export interface Drive<In, Out> {
  readonly input: AsyncIterable<In>
  /** What need not be awaited behind a chunk of the input. */
  readonly ready?: { next(): In | undefined } | undefined
  readonly stage: Stage<In, Out>
  /** Ends the line that a broken input has left unfinished. */
  readonly lineBreak?: In
  /** Whether another command stands before this one in a pipe: then that one stops at a signal. */
  readonly follows: 'never' | 'perhaps' | 'always'
  take(message: Out): void
  /** Called after every message of the input; waits for slow outputs. */
  flush(): Promise<void>
  /** Where `flush` may keep something back: writes it. Called when the input pauses, or ends. */
  flushAll?(): Promise<void>
  /** Called while there is more to read; throws where the run needs too much. */
  check(): void
}

/** The work is somebody else's from now on: nothing more may be written, not even early panes. */
export class Abandoned extends Error {}

export interface Outcome {
  /** Why the input was not read to its end. */
  readonly failure?: unknown
  /** Nothing came, not even the header that another command writes first. */
  readonly isEmpty: boolean
  /** The signal that stopped this command or the first one of the pipe. */
  readonly signal?: Signal
}

/** Takes signals from the moment it is made, which is before the command writes anything. */
export class SignalWatch {
  received: Signal | undefined
  /** Set by whoever waits for something else meanwhile. */
  interrupt: () => void = () => {}

  constructor() {
    onSignal((signal) => {
      this.received = signal
      this.interrupt()
    })
  }
}

/** Input that brings nothing for so long pauses. */
const pauseMs = 1

/** How often a stage that has a tick is told the time, about. */
const tickMs = 100

/** A signal reaches all commands of a pipe at about the time at which the input ends by it. */
const signalGraceMs = 5

export async function drive<In, Out extends { readonly type: string }>(
  { input, ready, stage, lineBreak, follows, take, flush, flushAll, check }: Drive<In, Out>,
  signals: SignalWatch,
): Promise<Outcome> {
  let header: Header | undefined
  let end: EndMark | undefined
  let received = false

  function emit(message: Out): void {
    if (message.type === 'header') {
      header = message as unknown as Header
      end = undefined
    }
    if (message.type === 'end') end = message as unknown as EndMark
    take(message)
  }

  /** Until its first line has come, a command in mid-pipe cannot know that it is not the first. */
  const isFirst = () => {
    if (follows === 'always') return !isPipe(0)
    return !isPipe(0) || (header === undefined && (received || follows === 'never'))
  }
  /** A pipe whose end tells nothing: a line without its break was cut by the signal. */
  const isWithoutEnd = () => header === undefined ? follows === 'always' : end === undefined
  const isStopped = () => signals.received !== undefined && isFirst()

  let tickedAtMs = -Infinity
  async function tick(): Promise<void> {
    const nowMs = Date.now()
    if (stage.tick === undefined || Math.abs(nowMs - tickedAtMs) < tickMs) return
    tickedAtMs = nowMs
    stage.tick(nowMs, emit)
    await (flushAll ?? flush)()
  }

  /** Waits until the promise is settled or a signal stops us; the stage hears the clock meanwhile. */
  async function settled(pending: Promise<unknown>): Promise<void> {
    let isSettled = false
    let wake = () => {}
    const settle = () => {
      isSettled = true
      wake()
    }
    // No Promise.race: a promise that lives as long as the run would keep every reaction to it.
    pending.then(settle, settle)
    let isKeptBack = flushAll !== undefined
    while (!isSettled && !isStopped()) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        wake = signals.interrupt = resolve
        if (isKeptBack) timer = setTimeout(resolve, pauseMs)
        else if (stage.tick !== undefined) timer = setTimeout(resolve, tickMs)
      })
      clearTimeout(timer)
      if (isKeptBack && !isSettled) {
        isKeptBack = false
        await flushAll!()
      }
      await tick()
    }
  }

  let failure: unknown
  try {
    const iterator = input[Symbol.asyncIterator]()
    while (!isStopped()) {
      const pending = iterator.next()
      await settled(pending)
      if (isStopped()) break
      const { value, done } = await pending
      if (done === true) {
        await sleep(signalGraceMs)
        break
      }
      received = true
      stage.push(value, emit)
      if (value instanceof Uint8Array) {
        for (let more; (more = ready?.next()) !== undefined;) stage.push(more, emit)
      }
      await flush()
      check()
    }
    const isCut = header !== undefined && end === undefined
    if (isCut && signals.received === undefined) failure = brokenOff('stdin', header!.from)
  } catch (error) {
    if (error instanceof ReaderLeft || error instanceof Abandoned) throw error
    failure = error
    if (error instanceof InputError && lineBreak !== undefined) {
      try {
        stage.push(lineBreak, emit)
      } catch {
        // What the first failure says is enough.
      }
    }
  }

  const stoppedBy = (end as EndMark | undefined)?.signal ??
    (isStopped() || isWithoutEnd() ? signals.received : undefined)
  if (failure === undefined && stoppedBy === undefined) stage.end(emit)
  else stage.stop(emit)
  await (flushAll ?? flush)()
  return {
    isEmpty: follows === 'perhaps' && !received && isPipe(0),
    ...(failure === undefined ? {} : { failure }),
    ...(stoppedBy === undefined ? {} : { signal: stoppedBy as Signal }),
  }
}
