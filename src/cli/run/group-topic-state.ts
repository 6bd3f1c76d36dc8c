/** The state of a group, in its topic, as uc-state looks at it. */
import { UcError } from '../../errors.ts'
import { inWords, type KafkaSession, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { findState } from '../../kafka/state/find-state.ts'
import { offsetsOf } from '../../kafka/state/group-offsets.ts'
import type { StateTopic } from '../../kafka/state/state-topic.ts'
import { readPositions } from '../../kafka/state/topic-positions.ts'
import { type GroupOffsets, Transactions } from '../../kafka/writing/transactions.ts'
import type { StateRecord } from '../../state/kept.ts'
import type { GroupState } from '../state-shown-plan.ts'
import type { FoundState } from './state-summary.ts'
import type { ShownState } from './uc-state.ts'

export interface Watched {
  say(text: string): void
  during<T>(work: Promise<T>): Promise<T>
}

export class GroupTopicState implements ShownState {
  readonly name: string
  readonly #place: GroupState
  readonly #watched: Watched

  constructor(place: GroupState, watched: Watched) {
    this.name = place.topic
    this.#place = place
    this.#watched = watched
  }

  find(): Promise<FoundState> {
    return this.#connected(async (kafka) => {
      const { topic, found } = await this.#read(kafka)
      return {
        name: this.name,
        records: found?.records ?? [],
        recordBytes: topic.bytes,
        commits: found?.contents.commits ?? 0,
        savedMs: found?.contents.savedMs,
      }
    })
  }

  /** Whoever has begun before can commit nothing any more; and we cannot once another has begun. */
  empty(ask: Parameters<ShownState['empty']>[0]): Promise<void> {
    return this.#connected(async ({ admin, kafka }) => {
      const { group } = this.#place
      const { groups: [known] } = await admin.describeGroups([group])
      const count = known?.members.length ?? 0
      if (count > 0) {
        throw new UcError(
          'failed',
          `the state in topic ${this.name} is in use by ${count} of group ${group}; end them first`,
        )
      }
      const transactions = new Transactions({ kafka, transactionalId: `uc-${group}`, group })
      try {
        await transactions.begin()
        const { topic, found } = await this.#read({ admin, kafka })
        const records = found?.records ?? []
        await ask(records)
        await transactions.commit({
          messages: [{ topic: this.name, messages: topic.endings(), compression: 'none' }],
          offsets: offsetsIn(records),
        })
      } finally {
        await transactions.close()
      }
    })
  }

  async #read(kafka: Pick<KafkaSession, 'kafka' | 'admin'>): Promise<{
    readonly topic: StateTopic
    readonly found: ReturnType<StateTopic['read']>
  }> {
    const topic = await findState({ ...kafka, ...this.#place })
    return { topic, found: topic.read() }
  }

  async #connected<T>(use: (kafka: KafkaSession) => Promise<T>): Promise<T> {
    const { connection, group, topic } = this.#place
    const { say, during } = this.#watched
    const waiting = { say, during, sending: during, closing: during }
    const kafka = await kafkaSession(waiting, connection)
    try {
      return await during(use(kafka))
    } catch (error) {
      throw inWords(error, { ...connection, group, topic })
    } finally {
      await kafka.close()
    }
  }
}

/** Of the state's own topic, without a state. */
function offsetsIn(records: readonly StateRecord[]): GroupOffsets {
  const positions = readPositions(
    records.filter(([key]) => key.startsWith('topic/'))
      .map(([key, value]) => [key.slice('topic/'.length), value]),
  )
  const next = new Map(positions.map(({ partition, next }) => [partition, next]))
  return offsetsOf(positions[0]?.topic ?? '', next, undefined)
}
