/**
 * All that goes to standard error in words. A line is escaped as a whole and its newline is added
 * here, so that no text in it, wherever it came from, can end the line or move the cursor.
 */
import { shown } from '../shown.ts'
import { writeError } from './runtime.ts'

const clearLine = '\r\x1b[K'

/** Each text is one line. */
export function tell(...lines: readonly string[]): void {
  writeError(lines.map((line) => `${shown(line)}\n`).join(''))
}

/** The line at the bottom of a terminal, which the next one writes over. */
export function tellProgress(line: string): void {
  writeError(clearLine + shown(line))
}

export function clearProgress(): void {
  writeError(clearLine)
}
