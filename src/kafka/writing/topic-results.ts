/** Results to a topic, where uc-pipeline has them go: keyed by window and start. */
import type { Owner } from '../reading/owner.ts'
import { resultMessage } from './result-message.ts'
import { Sender, type SenderOptions } from './sender.ts'
import type { CountOut } from '../../stages/count.ts'
import type { KafkaPlace } from '../brokers/trouble.ts'
import { inWords, type Waiting } from '../brokers/kafka-session.ts'
import type { Delivery } from '../../io/drive.ts'

/** Results of whoever owns a topic that is read. */
export interface Results extends Delivery<CountOut> {
  /** Writes what the owner, if one is named, may still write. */
  flush(owner?: Owner): Promise<void>
  /** All that was taken is on the disk when it resolves, where it goes to a file. */
  sync?(): Promise<unknown>
  discard(): Promise<void>
}

export class TopicResults implements Results {
  readonly #sender: Sender
  readonly #waiting: Waiting
  readonly #place: KafkaPlace

  constructor(options: SenderOptions, { waiting, place }: { waiting: Waiting; place: KafkaPlace }) {
    this.#sender = new Sender(options)
    this.#waiting = waiting
    this.#place = { ...place, topic: options.topic }
  }

  connect(): Promise<void> {
    return this.#sender.connect()
  }

  take(message: CountOut): void {
    if (message.type !== 'result') return
    this.#sender.add(resultMessage(message.line))
  }

  async flush(owner?: Owner): Promise<void> {
    try {
      await this.#waiting.sending(this.#sender.flush(owner))
    } catch (error) {
      throw inWords(error, this.#place)
    }
  }

  discard(): Promise<void> {
    return this.#sender.discard()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#waiting.closing(this.#sender.close())
  }
}
