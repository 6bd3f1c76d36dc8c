/**
 * All that goes to standard error in words. A line is escaped as a whole and its newline is added
 * here, so that no text in it, wherever it came from, can end the line or move the cursor.
 */
import { shown } from '../shown.ts'
import { isPipe, writeError } from './runtime.ts'
import { canMove } from './terminal.ts'

const clearLine = '\r\x1b[K'

let isProgressShown = false
let told = 0

/**
 * Each text is one line. The line of progress gives way to it; in a pipe that is the line of a command
 * behind this one, which shares the terminal.
 */
export function tell(...lines: readonly string[]): void {
  isProgressShown ||= mayShareTerminal()
  clearProgress()
  told += lines.length
  writeError(lines.map((line) => `${shown(line)}\n`).join(''))
}

function mayShareTerminal(): boolean {
  return canMove('stderr') && isPipe(1)
}

/** How many lines were told so far: whether something stands below what was written before. */
export function toldLines(): number {
  return told
}

/** A question stays at the end of its line, where the answer is typed. */
export function ask(question: string): void {
  clearProgress()
  writeError(shown(question))
}

/** The line at the bottom of a terminal, which the next one writes over. */
export function tellProgress(line: string): void {
  isProgressShown = true
  writeError(clearLine + shown(line))
}

/** Takes it away, before something else is written to the terminal. */
export function clearProgress(): void {
  if (!isProgressShown) return
  isProgressShown = false
  writeError(clearLine)
}
