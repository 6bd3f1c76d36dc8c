/**
 * Counts a topic, or a share of it, for as long as the run lasts: where another process takes over,
 * or brokers do not answer, the work begins anew from what is committed.
 */
import { UcError } from '../../errors.ts'
import type { Outcome } from '../../io/drive.ts'
import { inWords, type KafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { Interruptions } from '../../kafka/brokers/interruptions.ts'
import { partitionsOf } from '../../kafka/brokers/topics.ts'
import { type KafkaPlace, mayPass } from '../../kafka/brokers/trouble.ts'
import { OwnershipLost } from '../../kafka/reading/owner.ts'
import { prepareStateTopic } from '../../kafka/state/state-topic.ts'
import { Transactions } from '../../kafka/writing/transactions.ts'
import { TopicRun, type TopicRunParts } from './topic-run.ts'

export type CountTopicParts<Out extends { readonly type: string }> = Omit<
  TopicRunParts<Out>,
  'transactionsOf'
>

export async function countTopic<Out extends { readonly type: string }>(
  parts: CountTopicParts<Out>,
  place: KafkaPlace,
): Promise<Outcome> {
  const { read, kafka, results, session, ownsAll } = parts
  const { group } = read
  const transactions = new Map<number, Transactions>()
  const transactionsOf = (partition: number) => {
    const known = transactions.get(partition) ?? new Transactions({
      kafka: kafka.kafka,
      transactionalId: ownsAll ? `uc-${group}` : `uc-${group}-${partition}`,
      group,
      inWords: (error, topic) => inWords(error, { ...place, topic }),
    })
    transactions.set(partition, known)
    return known
  }
  const interruptions = new Interruptions(kafka)
  let { startAt } = read
  try {
    for (;;) {
      const run = new TopicRun({ ...parts, read: { ...read, startAt }, transactionsOf })
      try {
        await session.during(stateTopicIn(kafka, { read, ownsAll, place })) // it may be gone
        return await run.run()
      } catch (error) {
        if (!(error instanceof OwnershipLost)) throw error
        await results?.discard()
        session.beginAnew()
        if (startAt !== 'stored' && run.committed === 'perhaps') throw unknownStart(error)
        if (run.committed === 'something') {
          startAt = 'stored'
          interruptions.over()
        }
        if (error.reason === 'replaced') kafka.say(replaced(group))
        else await session.during(interruptions.wait(inWords(error.cause, place)))
      }
    }
  } finally {
    await session.closing(Promise.all([...transactions.values()].map((each) => each.close())))
  }
}

interface StateTopicIn {
  readonly read: Pick<CountTopicParts<never>['read'], 'topic' | 'state'>
  readonly ownsAll: boolean
  readonly place: KafkaPlace
}

/** Makes it where it is missing. By a new connection: one that has known it asks for it, and waits. */
async function stateTopicIn(
  { kafka }: Pick<KafkaSession, 'kafka'>,
  { read: { topic: frames, state: { topic } }, ownsAll, place }: StateTopicIn,
): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const partitions = ownsAll ? 1 : await partitionsOf({ admin, topic: frames })
    await prepareStateTopic(admin, topic, partitions)
  } catch (error) {
    const cause = inWords(error, { ...place, topic })
    throw mayPass(error) ? new OwnershipLost('interrupted', { cause }) : cause
  } finally {
    await admin.disconnect()
  }
}

function replaced(group: string): string {
  return `another member of group ${group} has taken over, or this one was silent for too long`
}

function unknownStart(cause: OwnershipLost): UcError {
  const problem = 'brokers have not answered the first commit, nor is it known whether they have it'
  const remedy = 'look at the results, and start it again with or without --start-at'
  return new UcError('failed', `${problem}; ${remedy}`, { cause })
}
