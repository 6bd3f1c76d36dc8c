/**
 * What can end a run, and with which exit status. Whoever throws words the end of the message
 * ("expected …", "name one of …"); whoever catches adds the command and the place, once. Bad data
 * is no exception: it travels as a Reject (records.ts).
 */
import { shown } from './shown.ts'

/** Exit status per reason. 0 is a run that was done, or whose reader left. */
export const exitStatus = {
  /** The run failed: input cut short, producer died, disk full, memory used up. */
  failed: 1,
  /** The command was called wrongly. Nothing was read or written. */
  usage: 2,
  /** The input was refused: --strict met a bad line, or there were lines but not one good frame. */
  refused: 3,
  /** Ended by SIGINT, open windows printed as early panes. */
  interrupted: 130,
  /** Ended by SIGTERM, open windows printed as early panes. */
  terminated: 143,
} as const

/** By the signal that ended a run. */
export const stopStatus: Readonly<Record<'SIGINT' | 'SIGTERM', number>> = {
  SIGINT: exitStatus.interrupted,
  SIGTERM: exitStatus.terminated,
}

export type ErrorCode = keyof typeof exitStatus

/** An error whose message is written for the person at the terminal. */
export class UcError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UcError'
    this.code = code
  }
}

/** No more memory is to be had. It may be thrown anywhere, also in the middle of a batch. */
export class MemoryShort extends UcError {
  constructor(message: string) {
    super('failed', message)
  }
}

/** `text` in quotes as an error message shows it: one line, 30 characters at most. */
export function quoted(text: string): string {
  return shown(JSON.stringify(text.length <= 30 ? text : beginning(text)))
}

/** As `quoted`, but of a longer text its end, where that is what is wrong. */
export function quotedEnd(text: string): string {
  const characters = [...text]
  const isLong = characters.length > 30
  return shown(JSON.stringify(isLong ? `…${characters.slice(-29).join('')}` : text))
}

/** A text of more than 30 units may have no more than 30 characters. */
function beginning(text: string): string {
  const characters = [...text]
  return characters.length > 30 ? `${characters.slice(0, 29).join('')}…` : text
}
