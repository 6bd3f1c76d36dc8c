/**
 * One line on a terminal's standard error while a run takes longer than a second. None where our
 * output is piped: the commands of a pipe would write over one another.
 */
import type { Ledger } from '../ledger.ts'
import { isPipe, isTerminal } from './runtime.ts'
import { clearProgress, tellProgress } from './tell.ts'

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
  /** Takes the line away, before something else is printed. */
  clear(): void
}

export interface ProgressOptions {
  readonly isOn: boolean
  /** All that there is to read; undefined where the input has no known end. */
  readonly totalBytes: number | undefined
  readonly ledger: Ledger
}

export function newProgress({ isOn, totalBytes, ledger }: ProgressOptions): Progress {
  let beganAtMs = performance.now()
  let shownAtMs = beganAtMs + firstAfterMs - intervalMs
  let readBytes = 0
  let isShown = false
  let more: (() => string) | undefined

  function text(seconds: number): string {
    const { lines, frames, merged } = ledger.total
    const parts = [
      `${(readBytes / 1e6).toFixed(0)} MB`,
      merged === undefined
        ? `${Math.round(frames / seconds).toLocaleString('en-US')} frames/s`
        : `${Math.round(lines / seconds).toLocaleString('en-US')} lines/s`,
    ]
    if (totalBytes !== undefined && readBytes > 0) {
      const left = seconds * (totalBytes / readBytes - 1)
      parts[0] += ` of ${(totalBytes / 1e6).toFixed(0)}`
      parts.push(`${Math.ceil(left)} s left`)
    }
    if (more !== undefined) parts.push(more())
    return parts.join(', ')
  }

  if (!isOn || !isTerminal('stderr') || isPipe(1)) {
    return { bytes() {}, beginAnew() {}, also() {}, tick() {}, clear() {} }
  }
  return {
    bytes(count) {
      readBytes += count
    },
    beginAnew() {
      beganAtMs = performance.now()
      readBytes = 0
    },
    also(words) {
      more = words
    },
    tick() {
      const nowMs = performance.now()
      if (nowMs - shownAtMs < intervalMs) return
      shownAtMs = nowMs
      isShown = true
      tellProgress(text((nowMs - beganAtMs) / 1000))
    },
    clear() {
      if (isShown) clearProgress()
      isShown = false
    },
  }
}
