/** Results to a topic, where uc-pipeline has them go: keyed by window and start. */
import { Buffer } from 'node:buffer'
import { hasNames } from '../../io/result-format.ts'
import type { Owner } from '../../kafka/reading/owner.ts'
import { Sender, type SenderOptions } from '../../kafka/writing/sender.ts'
import { windowKey } from '../../records.ts'
import { shown } from '../../shown.ts'
import type { CountOut } from '../../stages/count.ts'
import type { Place } from '../../kafka/brokers/trouble.ts'
import { inWords } from './kafka-session.ts'
import type { Results } from './result-writer.ts'
import type { Session } from './session.ts'

export class TopicResults implements Results {
  readonly #sender: Sender
  readonly #session: Session
  readonly #place: Place

  constructor(options: SenderOptions, { session, place }: { session: Session; place: Place }) {
    this.#sender = new Sender(options)
    this.#session = session
    this.#place = { ...place, topic: options.topic }
  }

  connect(): Promise<void> {
    return this.#sender.connect()
  }

  take(message: CountOut): void {
    if (message.type !== 'result') return
    const json = JSON.stringify(message.line)
    const value = Buffer.from(hasNames(message.line) ? shown(json) : json)
    this.#sender.add({ key: windowKey(message.line), value })
  }

  async flush(owner?: Owner): Promise<void> {
    try {
      await this.#session.sending(this.#sender.flush(owner))
    } catch (error) {
      throw inWords(error, this.#place)
    }
  }

  discard(): Promise<void> {
    return this.#sender.discard()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#session.closing(this.#sender.close())
  }
}
