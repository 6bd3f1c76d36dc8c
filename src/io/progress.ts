/**
 * One line on a terminal's standard error while a run takes longer than a second. None where our
 * output is piped: the commands of a pipe would write over one another.
 */
import type { Ledger } from '../ledger.ts'
import { cutTo, displayWidth } from './display-width.ts'
import { grouped } from './result-format.ts'
import { isPipe } from './runtime.ts'
import { tellProgress } from './tell.ts'
import { canMove, columnsOf } from './terminal.ts'

const firstAfterMs = 1000
const intervalMs = 200

export interface Progress {
  /** More bytes were read from disk or pipe. */
  bytes(count: number): void
  /** What was read counts no more. */
  beginAnew(): void
  /** What else the line is to say. */
  also(words: () => string): void
  /** Shows the line again, if it is time to. */
  tick(): void
}

export interface ProgressOptions {
  readonly isOn: boolean
  /** All that there is to read; undefined where the input has no known end. */
  readonly totalBytes: number | undefined
  readonly ledger: Ledger
}

export function newProgress({ isOn, totalBytes, ledger }: ProgressOptions): Progress {
  const line = progressLine(isOn)
  let readBytes = 0
  let more: (() => string) | undefined
  if (line === undefined) return { bytes() {}, beginAnew() {}, also() {}, tick() {} }

  function parts(seconds: number): readonly string[] {
    const { lines, frames, merged } = ledger.total
    const [count, unit] = merged === undefined ? [frames, 'frames'] : [lines, 'lines']
    const rate = `${grouped(Math.round(count / seconds))} ${unit}/s`
    const rest = more === undefined ? [] : [more()]
    if (totalBytes === undefined) {
      const bytes = readBytes >= 1e6 ? [`${megabytes(readBytes)} MB`] : []
      return [`${grouped(count)} ${unit}`, rate, ...rest, ...bytes]
    }
    const left = timeLeft(seconds, readBytes / totalBytes)
    return [`${megabytes(readBytes)} MB of ${megabytes(totalBytes)}`, ...left, rate, ...rest]
  }

  return {
    bytes(count) {
      readBytes += count
    },
    beginAnew() {
      line.beginAnew()
      readBytes = 0
    },
    also(words) {
      more = words
    },
    tick: () => line.tick(parts),
  }
}

export interface ProgressLine {
  beginAnew(): void
  /** Shows what `parts` says after so many seconds, if it is time to: the most telling first. */
  tick(parts: (seconds: number) => readonly string[]): void
}

/** Undefined where there is none to be shown. */
export function progressLine(isOn: boolean): ProgressLine | undefined {
  if (!isOn || !canMove('stderr') || isPipe(1)) return undefined
  let beganAtMs = performance.now()
  let shownAtMs = beganAtMs + firstAfterMs - intervalMs
  return {
    beginAnew() {
      beganAtMs = performance.now()
    },
    tick(parts) {
      const nowMs = performance.now()
      if (nowMs - shownAtMs < intervalMs) return
      shownAtMs = nowMs
      tellProgress(fitted(parts((nowMs - beganAtMs) / 1000)))
    },
  }
}

/** `3 s left`, where a part of the work is done and tells it. */
export function timeLeft(seconds: number, partDone: number): readonly string[] {
  if (!(partDone > 0)) return []
  return [`${grouped(Math.max(0, Math.ceil(seconds / partDone - seconds)))} s left`]
}

function megabytes(bytes: number): string {
  return grouped(Math.round(bytes / 1e6))
}

/**
 * As many of the parts as fit, since a line that wraps is not taken away as a whole. The last column
 * stays free: some terminals wrap when it is filled.
 */
function fitted([first = '', ...others]: readonly string[]): string {
  const columns = columnsOf('stderr') - 1
  let text = cutTo(first, columns)
  for (const part of others) {
    const longer = `${text}, ${part}`
    if (displayWidth(longer) > columns) break
    text = longer
  }
  return text
}
