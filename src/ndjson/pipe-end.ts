/**
 * How the input of a command ends that may stand behind another one in a pipe: by what that one says
 * of itself in its header and its end line. At a signal the first command of a pipe stops reading,
 * and the others read what is under way to its end.
 */
import type { UcError } from '../errors.ts'
import type { EndMark, Header } from '../records.ts'
import { brokenOff } from './protocol.ts'

export interface PipeEndOptions {
  /** Whether another command stands before this one. */
  readonly follows: 'never' | 'perhaps' | 'always'
  /** Whether a program writes the input while it is read. */
  readonly isPipe: boolean
}

/** A command writes its header as soon as it has started. */
const headerWithinMs = 1000

export class PipeEnd {
  readonly #options: PipeEndOptions
  #header: Header | undefined
  #end: EndMark | undefined
  #hasCome = false

  constructor(options: PipeEndOptions) {
    this.#options = options
  }

  /** Bytes have come, whatever they say. */
  came(): void {
    this.#hasCome = true
  }

  /** Of what the stage makes of the input, headers and end lines tell. */
  see(message: { readonly type: string }): void {
    if (message.type === 'header') {
      this.#header = message as Header
      this.#end = undefined
    }
    if (message.type === 'end') this.#end = message as EndMark
  }

  /** Whether a signal of `sinceMs` ago is for us, as no command before us will end our input. */
  isForUs(sinceMs: number): boolean {
    const { follows, isPipe } = this.#options
    if (!isPipe) return true
    if (follows === 'always' || this.#header !== undefined) return false
    return follows === 'never' || this.#hasCome || sinceMs >= headerWithinMs
  }

  /** How long a signal is left aside where nothing has come yet. */
  get graceMs(): number {
    return this.#options.isPipe ? headerWithinMs : 0
  }

  /** The signal that has ended the input: the one that the command before names, or ours. */
  signalOf(received: EndMark['signal']): EndMark['signal'] {
    const { follows } = this.#options
    const isWithoutEnd = this.#header === undefined ? follows === 'always' : this.#end === undefined
    return this.#end?.signal ?? (isWithoutEnd ? received : undefined)
  }

  /** That the command before died, if it did. */
  failure(): UcError | undefined {
    const isCut = this.#header !== undefined && this.#end === undefined
    return isCut ? brokenOff('stdin', this.#header!.from) : undefined
  }

  get isHeaded(): boolean {
    return this.#header !== undefined
  }

  /** Nothing came, not even the header that another command writes first. */
  get isEmpty(): boolean {
    const { follows, isPipe } = this.#options
    return follows === 'perhaps' && isPipe && !this.#hasCome
  }
}
