/**
 * The contract of every stage. A stage is synchronous and knows no other stage, no process, no
 * stream and no clock, so that a pipe of processes and uc-pipeline run the very same code: the
 * one puts a codec on both sides, the other calls one stage from the next.
 */
import type { Kept } from './state/kept.ts'

export type Emit<Out> = (message: Out) => void

/** What a stage that counts holds in memory. */
export interface Held {
  readonly windows: number
  /** Of their users, and of their sketches. */
  readonly exactBytes: number
  readonly sketchBytes: number
}

/** What it keeps between two messages can be saved after the one and loaded before the other. */
export interface Stage<In, Out> extends Kept {
  /** Takes one message; what it holds by reference is valid only until this call returns. */
  push(message: In, emit: Emit<Out>): void
  /** The input is over, whole: what was held back comes out. */
  end(emit: Emit<Out>): void
  /**
   * The input stopped before its end (signal, dead producer, broken file): what is open comes out
   * as provisional, and nothing that only a real end may decide is decided.
   */
  stop(emit: Emit<Out>): void
  /**
   * As `end` or `stop`, step by step: between two steps whoever drives the stage lets outputs keep
   * pace. Only a stage that may hold back very much has it.
   */
  inSteps?(how: 'end' | 'stop', emit: Emit<Out>): Iterable<void>
  /**
   * Wall-clock time passes: called every 100 ms or so by whoever drives the stage, also while no
   * input comes. Only a stage that may fire of its own accord has it. Unix milliseconds. Steps, if
   * it gives any, are taken before the next message: outputs keep pace between them.
   */
  tick?(nowMs: number, emit: Emit<Out>): Iterable<void> | void
}
