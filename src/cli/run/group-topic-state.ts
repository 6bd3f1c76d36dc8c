/** The state of a group, in its topic, as uc-state looks at it. */
import type { Admin } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { inWords, type KafkaSession, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { OwnershipLost } from '../../kafka/reading/owner.ts'
import { findStates } from '../../kafka/state/find-state.ts'
import type { StateTopic } from '../../kafka/state/state-topic.ts'
import { type GroupOffsets, Transactions } from '../../kafka/writing/transactions.ts'
import type { StateRecord } from '../../state/kept.ts'
import type { GroupState } from '../state-shown-plan.ts'
import { isOfShare } from './saved-flags.ts'
import type { FoundState } from './state-summary.ts'
import type { ShownState } from './uc-state.ts'

export interface Watched {
  say(text: string): void
  during<T>(work: Promise<T>): Promise<T>
}

const tries = 3

export class GroupTopicState implements ShownState {
  readonly name: string
  readonly #place: GroupState
  readonly #watched: Watched

  constructor(place: GroupState, watched: Watched) {
    this.name = place.topic
    this.#place = place
    this.#watched = watched
  }

  /** Of each partition of the topic; where there are several, of those that hold something. */
  find(): Promise<readonly FoundState[]> {
    return this.#connected(async (kafka) => {
      const all = await this.#read(kafka)
      const held = all.filter(({ found }) => found !== undefined)
      return (held.length > 0 ? held : all.slice(0, 1)).map(({ topic, found }) => ({
        name: all.length > 1 ? `${this.name}[${topic.partition}]` : this.name,
        records: found?.records ?? [],
        recordBytes: topic.bytes,
        commits: found?.contents.commits ?? 0,
        savedMs: found?.contents.savedMs,
      }))
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
          `the state in topic ${this.name} is in use: group ${group} has ${count} members; end ` +
            'them, and wait for the sessions of those that have died',
        )
      }
      const find = () => findStates({ admin, kafka, ...this.#place })
      const transactions = transactionalIds(group, await find()).map((transactionalId) => {
        return new Transactions({
          kafka,
          transactionalId,
          group,
          inWords: (error, topic) => inWords(error, { ...this.#place.connection, group, topic }),
        })
      })
      try {
        const begun = await Promise.all(transactions.map((each) => each.begin()))
        const topics = await find()
        await ask(topics.flatMap(recordsOf))
        const messages = topics.flatMap((topic) => topic.endings())
        await begun[0]!.commit({
          messages: [{ topic: this.name, messages, compression: 'none' }],
          offsets: await offsetsWithoutState(admin, group),
        })
      } catch (error) {
        if (!(error instanceof OwnershipLost)) throw error
        const problem = 'another process has begun meanwhile, or brokers have not answered'
        throw new UcError('failed', `${problem}; the state may be as it was`, { cause: error })
      } finally {
        await Promise.all(transactions.map((each) => each.close()))
      }
    })
  }

  /** What a commit that comes meanwhile leaves half read is read again. */
  async #read(kafka: KafkaSession) {
    for (let left = tries;; left--) {
      const topics = await findStates({ ...kafka, ...this.#place })
      try {
        return topics.map((topic) => ({ topic, found: topic.read() }))
      } catch (error) {
        if (left === 1) throw error
      }
    }
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

/** None where it is damaged: it can be emptied all the same. */
function recordsOf(topic: StateTopic): readonly StateRecord[] {
  try {
    return topic.read()?.records ?? []
  } catch (error) {
    if (error instanceof UcError) return []
    throw error
  }
}

/** Of those who may write it: one for all, or one of each partition that processes share. */
function transactionalIds(group: string, topics: readonly StateTopic[]): readonly string[] {
  const isShared = topics.some((topic) => isOfShare(recordsOf(topic)))
  return isShared ? topics.map(({ partition }) => `uc-${group}-${partition}`) : [`uc-${group}`]
}

/** Where the group stands, as of one that has no state. */
async function offsetsWithoutState(admin: Admin, groupId: string): Promise<GroupOffsets[]> {
  const all = await admin.fetchOffsets({ groupId })
  return all.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.filter(({ offset }) => Number(offset) >= 0)
      .map(({ partition, offset }) => ({ partition, offset, metadata: '' })),
  }))
}
