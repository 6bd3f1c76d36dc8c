/**
 * Runs a stage over an input: waits for chunks, lets outputs keep pace, watches for signals, and
 * tells a whole input from one that was stopped or broke off. It always comes to an end that can be
 * told: what the stage holds is decided and accounted for also where an output has failed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reject } from '../records.ts'
import type { Stage } from '../stage.ts'
import { InputError } from './input.ts'
import { nextNow } from './pipe-chunks.ts'
import type { Signal } from './runtime.ts'
import { type SignalWatch, Stopped } from './signals.ts'

/** Where what a stage emits goes, its rejects aside. */
export interface Delivery<Out> {
  take(message: Out): void
  /** Called after every message of the input; waits for slow outputs. */
  flush(): Promise<void>
  /** Where `flush` may keep something back: writes it. Called when the input pauses, or ends. */
  flushAll?(): Promise<void>
  /** `flush` has failed, or the work is somebody else's: what has not gone out never will. */
  discard(): void
  /** All has gone out. */
  close?(outcome: Outcome): Promise<void>
}

/** What tells how an input ends that another command writes: see PipeEnd. */
export interface Ending {
  came(): void
  see(message: { readonly type: string }): void
  isForUs(sinceMs: number): boolean
  signalOf(received: Signal | undefined): Signal | undefined
  failure(): unknown
  readonly isEmpty: boolean
  /** Whether another command has begun to write. */
  readonly isHeaded?: boolean
}

export interface Drive<In, Out> {
  readonly input: AsyncIterable<In>
  readonly stage: Stage<In, Out | Reject>
  /** Ends the line that a broken input has left unfinished. */
  readonly lineBreak?: In
  /**
   * When what is open stays so, in a state, rather than come out: where the run was stopped, or at
   * the end of the input too, which is not that of the stream then.
   */
  readonly suspends?: 'stopped' | 'always' | undefined
  /** Where another command may stand before this one. */
  readonly ending?: Ending | undefined
  readonly delivery: Delivery<Out>
  reject(reject: Reject): void
  /** Called after every message of the input: what else has to keep pace. */
  keepPace(): Promise<void>
  /** Called while there is more to read; throws where the run needs too much. */
  check(): void
}

/** The work is somebody else's from now on: nothing more may be written, not even early panes. */
export class Abandoned extends Error {}

export interface Outcome {
  /** Why the input was not read to its end, or what comes of it not written. */
  readonly failure?: unknown
  /** Nothing came, not even the header that another command writes first. */
  readonly isEmpty: boolean
  /** A header came: another command stands before this one, and tells of its input itself. */
  readonly isHeaded?: boolean
  /** The signal that stopped this command or the first one of the pipe. */
  readonly signal?: Signal
}

/** Input that brings nothing for so long pauses. */
const pauseMs = 1

/** How often a stage that has a tick is told the time, about. */
const tickMs = 100

/** A signal reaches all commands of a pipe at about the time at which the input ends by it. */
const signalGraceMs = 5

export async function drive<In, Out extends { readonly type: string }>(
  { input, stage, lineBreak, suspends, ending, delivery, reject, keepPace, check }: Drive<
    In,
    Out
  >,
  signals: SignalWatch,
): Promise<Outcome> {
  let isDiscarded = false
  let failure: unknown
  let stopped: Signal | undefined

  function emit(message: Out | Reject): void {
    if (isReject(message)) return reject(message)
    ending?.see(message)
    if (!isDiscarded) delivery.take(message)
  }

  async function deliver(flush: () => Promise<void>): Promise<void> {
    if (!isDiscarded) {
      try {
        await flush()
      } catch (error) {
        isDiscarded = true
        delivery.discard()
        throw error
      }
    }
    await keepPace()
  }
  const flush = () => deliver(() => delivery.flush())
  const flushAll = () => deliver(() => (delivery.flushAll ?? delivery.flush).call(delivery))

  const isStopped = () => {
    return signals.received !== undefined && (ending?.isForUs(signals.sinceMs) ?? true)
  }

  /** Whoever waits for the input looks again. */
  let wake = () => {}
  let tickedAtMs = -Infinity
  async function tick(): Promise<void> {
    const nowMs = Date.now()
    if (stage.tick === undefined || Math.abs(nowMs - tickedAtMs) < tickMs) return
    tickedAtMs = nowMs
    for (const _ of stage.tick(nowMs, emit) ?? []) await flushAll()
    await flushAll()
  }

  /** Waits until the promise is settled or a signal stops us; the stage hears the clock meanwhile. */
  async function settled(pending: Promise<unknown>): Promise<void> {
    let isSettled = false
    const settle = () => {
      isSettled = true
      wake()
    }
    // No Promise.race: a promise that lives as long as the run would keep every reaction to it.
    pending.then(settle, settle)
    const forget = signals.whenReceived(() => wake())
    let isKeptBack = delivery.flushAll !== undefined
    try {
      while (!isSettled && !isStopped()) {
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolve) => {
          wake = resolve
          if (isKeptBack) timer = setTimeout(resolve, pauseMs)
          else if (signals.received !== undefined) timer = setTimeout(resolve, tickMs)
        })
        clearTimeout(timer)
        if (isKeptBack && !isSettled) {
          isKeptBack = false
          await flushAll()
        }
        await tick()
      }
    } finally {
      forget()
    }
  }

  async function readAll(): Promise<void> {
    // One for the run: a timer for each chunk costs as much as a small chunk does.
    const ticking = stage.tick && setInterval(() => wake(), tickMs)
    try {
      await readToEnd()
    } finally {
      clearInterval(ticking)
    }
  }

  async function readToEnd(): Promise<void> {
    const iterator = input[Symbol.asyncIterator]()
    while (!isStopped()) {
      const pending = iterator.next()
      await settled(pending)
      if (isStopped()) return
      const { value, done } = await pending
      if (done === true) {
        await sleep(signalGraceMs)
        return
      }
      ending?.came()
      for (let next: In | undefined = value; next !== undefined; next = nextNow(next)) {
        stage.push(next, emit)
      }
      await flush()
      check()
    }
  }

  async function finish(how: 'end' | 'stop'): Promise<void> {
    if (stage.inSteps === undefined) return stage[how](emit)
    for (const _ of stage.inSteps(how, emit)) await attempt(flush)
  }

  /** Goes on to `step` whatever has happened; what came first is what is told. */
  async function attempt(step: () => unknown): Promise<void> {
    try {
      await step()
    } catch (error) {
      if (error instanceof Abandoned) throw error
      if (error instanceof Stopped) stopped = error.signal
      else failure ??= error
    }
  }

  try {
    await attempt(readAll)
    if (signals.received === undefined) failure ??= ending?.failure()
    const isBroken = failure instanceof InputError
    if (isBroken && lineBreak !== undefined && suspends === undefined) {
      await attempt(() => stage.push(lineBreak, emit))
    }
    const received = signals.received
    stopped ??= ending?.signalOf(received) ?? (isStopped() ? received : undefined)
    const isWhole = failure === undefined && stopped === undefined
    if (isWhole && suspends !== 'always') await attempt(() => finish('end'))
    const isStoppedShort = failure !== undefined || stopped !== undefined
    if (isStoppedShort && suspends === undefined) await attempt(() => finish('stop'))
    await attempt(flushAll)
    const outcome = () => ({
      isEmpty: ending?.isEmpty ?? false,
      ...(ending?.isHeaded === true ? { isHeaded: true } : {}),
      ...(failure === undefined ? {} : { failure }),
      ...(stopped === undefined ? {} : { signal: stopped }),
    })
    if (!isDiscarded) await attempt(() => delivery.close?.(outcome()))
    return outcome()
  } catch (error) {
    if (error instanceof Abandoned) delivery.discard()
    throw error
  }
}

function isReject(message: { readonly type: string }): message is Reject {
  return message.type === 'reject'
}
