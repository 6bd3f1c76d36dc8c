/** How far each partition of a topic is counted, as a record `3` of each. */
import { UcError } from '../../errors.ts'
import type { GroupOffsets } from '../writing/transactions.ts'
import { offsetsOf } from './group-offsets.ts'
import { ChangedRecords } from '../../state/changed-records.ts'
import { type KeptPart, type Put, type StateRecord, unknownRecord } from '../../state/kept.ts'
import { RecordReader, RecordWriter } from '../../state/record.ts'

export class TopicPositions implements KeptPart {
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

  /** As the group is to know them; `stateTopic`: see there. */
  groupOffsets(stateTopic: string | undefined): GroupOffsets {
    return offsetsOf(this.#topic, this.#next, stateTopic)
  }

  reach(partition: number, next: number): void {
    this.#next.set(partition, next)
  }

  save(put: Put): void {
    this.#records.save(put, this.#fields())
  }

  load(all: Iterable<StateRecord>): void {
    const records = [...all]
    for (const { topic, partition, next } of readPositions(records)) {
      if (topic !== this.#topic) throw otherTopic(topic, this.#topic)
      this.#next.set(partition, next)
    }
    for (const [key, value] of records) this.#records.stands(key, value)
  }

  *#fields(): Generator<[string, RecordWriter]> {
    for (const [partition, next] of this.#next) {
      yield [`${partition}`, new RecordWriter().text(this.#topic).number(next)]
    }
  }
}

export interface TopicPosition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next message. */
  readonly next: number
}

export function readPositions(records: Iterable<StateRecord>): readonly TopicPosition[] {
  return [...records].map(([key, value]) => {
    if (!/^\d+$/.test(key)) throw unknownRecord(key)
    const record = new RecordReader(key, value)
    const position = { topic: record.text(), partition: Number(key), next: record.number() }
    record.end()
    return position
  }).sort((a, b) => a.partition - b.partition)
}

function otherTopic(saved: string, topic: string): UcError {
  return new UcError(
    'failed',
    `--topic: the state is of the topic ${saved}, and this run reads ${topic}; ` +
      'use another --group, which has a state of its own',
  )
}
