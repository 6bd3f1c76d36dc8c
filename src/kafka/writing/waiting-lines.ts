/** Results that go out with the state they come from, in its transaction. */
import type { Message } from 'kafkajs'
import type { CountOut } from '../../stages/count.ts'
import type { Compression } from '../codecs/compression.ts'
import { resultMessage } from './result-message.ts'
import type { TopicMessages } from './transactions.ts'

export interface WaitingLinesOptions {
  readonly topic: string
  readonly compression: Compression
  /** What the topic takes; undefined: what is usual. */
  readonly mostBatchBytes: number | undefined
}

export class WaitingLines {
  readonly #options: WaitingLinesOptions
  #messages: Message[] = []

  constructor(options: WaitingLinesOptions) {
    this.#options = options
  }

  /** How many there are. */
  get waiting(): number {
    return this.#messages.length
  }

  add(message: CountOut): void {
    if (message.type === 'result') this.#messages.push(resultMessage(message.line))
  }

  /** None waits any more. */
  take(): readonly TopicMessages[] {
    const messages = this.#messages
    this.#messages = []
    return [{ ...this.#options, messages }]
  }
}
