/**
 * What a terminal can show. Its size is asked for anew each time, since people resize it. NO_COLOR
 * takes colours away; nothing adds them to what is no terminal, FORCE_COLOR neither: what is piped
 * is read by programs.
 */
import { environment, isTerminal, refusesColours, terminalSize } from './runtime.ts'

export type Stream = 'stdout' | 'stderr'

/** Of a pipe or a file, and of a terminal that does not say. */
export const usualColumns = 80

export function columnsOf(stream: Stream): number {
  if (!isTerminal(stream)) return usualColumns
  const { columns } = terminalSize(stream)
  return columns > 0 ? columns : columnsSaid() ?? usualColumns
}

function columnsSaid(): number | undefined {
  const said = environment('COLUMNS') ?? ''
  return /^[1-9]\d{0,3}$/.test(said) ? Number(said) : undefined
}

/** 0 where it does not say. */
export function rowsOf(stream: Stream): number {
  return isTerminal(stream) ? terminalSize(stream).rows : 0
}

/** Whether lines can be written over. */
export function canMove(stream: Stream): boolean {
  return isTerminal(stream) && environment('TERM') !== 'dumb'
}

export type Paint = (text: string) => string

export interface Paints {
  /** Titles, and the names of options. */
  readonly strong: Paint
  /** What will change. */
  readonly faint: Paint
  /** What has changed. Magenta is read on black and on white, which yellow is not. */
  readonly revised: Paint
}

const asItIs: Paint = (text) => text

export const noPaints: Paints = { strong: asItIs, faint: asItIs, revised: asItIs }

const paints: Paints = {
  strong: (text) => `\x1b[1m${text}\x1b[0m`,
  faint: (text) => `\x1b[2m${text}\x1b[0m`,
  revised: (text) => `\x1b[35m${text}\x1b[0m`,
}

export function paintsOf(stream: Stream): Paints {
  return canMove(stream) && !refusesColours() ? paints : noPaints
}
