/**
 * How a stream is read: its first line decides. With a header it is what another command wrote,
 * its control lines are obeyed, and nothing may follow its end line. Without, it is plain lines,
 * among which a control line is as malformed as any other.
 */
import { UcError } from '../errors.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'
import { type Control, parseControl } from './control.ts'

const states = ['unknown', 'plain', 'headed', 'ended'] as const

export class Protocol {
  /** Who has written the header. */
  #from = ''
  #state: typeof states[number] = 'unknown'

  /** The control line at [start, end), if it is one and this stream has them. */
  control(bytes: Uint8Array, start: number, end: number, lineNumber: number): Control | undefined {
    const isFirst = this.#state === 'unknown' && lineNumber === 1
    if (!isFirst && this.#state !== 'headed') return undefined
    const control = parseControl(bytes.subarray(start, end))
    if (control === undefined || isFirst !== (control.type === 'header')) return undefined
    this.#state = control.type === 'end' ? 'ended' : 'headed'
    if (control.type === 'header') this.#from = control.from
    return control
  }

  writeTo(record: RecordWriter): void {
    record.text(this.#from).count(states.indexOf(this.#state))
  }

  readFrom(record: RecordReader): void {
    this.#from = record.text()
    this.#state = states[record.count()] ?? 'unknown'
  }

  /** Whether a header came: the lines are another command's. */
  get isHeaded(): boolean {
    return this.#state === 'headed' || this.#state === 'ended'
  }

  /** The input at `place` is over. */
  end(place: string): void {
    if (this.#state === 'headed') throw brokenOff(place, this.#from)
  }

  /** A line that is no control line. */
  settle(): void {
    if (this.#state === 'unknown') this.#state = 'plain'
    if (this.#state === 'ended') {
      throw new UcError(
        'failed',
        'input goes on behind its end line; expected the lines of one command',
      )
    }
  }
}

/** A header came and no end line: whoever wrote died. */
export function brokenOff(place: string, from: string): UcError {
  return new UcError(
    'failed',
    `${place}: input broke off without an end line, so uc-${from} died; ` +
      'what is printed from here on is provisional',
  )
}
