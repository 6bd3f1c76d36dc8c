/** How far each partition of a topic is counted, as a record `3` of each. */
import { UcError } from '../../errors.ts'
import { ChangedRecords } from '../../state/changed-records.ts'
import { type Kept, type Put, type StateRecord, unknownRecord } from '../../state/kept.ts'
import { RecordReader, RecordWriter } from '../../state/record.ts'

export class TopicPositions implements Required<Kept> {
  readonly name = 'topic'
  readonly #topic: string
  /** By partition, the offset of the next message. */
  readonly #next = new Map<number, number>()
  readonly #records = new ChangedRecords()

  constructor(topic: string) {
    this.#topic = topic
  }

  get offsets(): ReadonlyMap<number, number> {
    return this.#next
  }

  reach(partition: number, next: number): void {
    this.#next.set(partition, next)
  }

  save(put: Put): void {
    this.#records.save(put, this.#fields())
  }

  load(records: Iterable<StateRecord>): void {
    for (const [key, value] of records) {
      if (!/^\d+$/.test(key)) throw unknownRecord(key)
      const record = new RecordReader(key, value)
      const topic = record.text()
      this.#next.set(Number(key), record.number())
      record.end()
      if (topic !== this.#topic) throw otherTopic(topic, this.#topic)
      this.#records.stands(key, value)
    }
  }

  *#fields(): Generator<[string, RecordWriter]> {
    for (const [partition, next] of this.#next) {
      yield [`${partition}`, new RecordWriter().text(this.#topic).number(next)]
    }
  }
}

function otherTopic(saved: string, topic: string): UcError {
  return new UcError(
    'failed',
    `--topic: the state is of the topic ${saved}, and this run reads ${topic}; ` +
      'use another --group, which has a state of its own',
  )
}
