/**
 * uc-pipeline with topics: frames from one (--kafka), results into one (--to-kafka), or both. A
 * topic is counted by whoever owns it, from a state that the next owner goes on from.
 */
import { UcError } from '../../errors.ts'
import type { Outcome } from '../../io/drive.ts'
import { shownName } from '../../io/file-name.ts'
import { inspectInputs } from '../../io/input.ts'
import { inWords, type KafkaSession, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { Interruptions } from '../../kafka/brokers/interruptions.ts'
import { mostBatchBytes, partitionsOf } from '../../kafka/brokers/topics.ts'
import { type KafkaPlace, mayPass } from '../../kafka/brokers/trouble.ts'
import { OwnershipLost } from '../../kafka/reading/owner.ts'
import { prepareStateTopic } from '../../kafka/state/state-topic.ts'
import { type Results, TopicResults } from '../../kafka/writing/topic-results.ts'
import { Transactions } from '../../kafka/writing/transactions.ts'
import { WaitingLines } from '../../kafka/writing/waiting-lines.ts'
import type { TopicPlan, WriteTopic } from '../kafka-plan.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import type { OutputPlan } from '../plan.ts'
import { countFiles } from './count-files.ts'
import { ResultWriter } from './result-writer.ts'
import { type Session, withSession } from './session.ts'
import { TopicRun, type TopicRunParts } from './topic-run.ts'

/** What is in --out and --rejects came out before, and does not come again. */
const everything = { outBytes: Infinity, rejectsBytes: Infinity }

export async function runTopicPipeline(
  plan: PipelinePlan,
  topics: TopicPlan,
): Promise<number> {
  const { read, counting, output } = plan
  const { connection, write } = topics
  const { isOrdered = true } = counting
  const place = { ...connection, topic: topics.read?.topic, group: topics.read?.group }
  const options = {
    command: 'uc-pipeline',
    plan: output,
    isStrict: read.strict,
    memory: { threads: read.threads, isOrdered },
    inputs: topics.read === undefined ? inspectInputs(read.files) : undefined,
    kept: topics.read === undefined ? undefined : everything,
    inWords: (error: unknown) => inWords(error, place),
  }
  return await withSession(options, async (session) => {
    const { close, ...kafka } = await kafkaSession(session, connection)
    const count = async () => {
      if (topics.read === undefined) {
        const results = await topicResults(write!, place, { kafka, session })
        kafka.say(summary(topics, 0, output))
        return await countFiles({ read, counting, results, session })
      }
      const { topic } = topics.read
      const partitions = await session.during(partitionsOf({ ...kafka, topic }))
      const out = await outOf(output, { write, place }, { kafka, session })
      kafka.say(summary(topics, partitions, output))
      const reading = { ...topics.read, consumer: connection.consumer }
      return await countTopic({ read: reading, kafka, plan, session, out }, place)
    }
    const outcome = await count()
    await close()
    return outcome
  })
}

function summary(
  { connection, read, write }: TopicPlan,
  partitions: number,
  { out }: OutputPlan,
): string {
  const from = read === undefined
    ? 'reads files'
    : `reads topic ${read.topic} (${partitions} partitions) as group ${read.group}`
  const file = out === undefined ? 'standard output' : shownName(out)
  const to = write === undefined ? file : `topic ${write.topic}`
  return `${from}, writes ${to}, brokers ${connection.brokers.join(',')}`
}

/** Counts while the topic is ours; a process that has lost it stands by until it is ours again. */
async function countTopic(
  parts: Omit<TopicRunParts, 'transactions'>,
  place: KafkaPlace,
): Promise<Outcome> {
  const { read, kafka, out, session } = parts
  const { group } = read
  const transactions = new Transactions({
    kafka: kafka.kafka,
    transactionalId: `uc-${group}`,
    group,
    inWords: (error, topic) => inWords(error, { ...place, topic }),
  })
  const interruptions = new Interruptions(kafka)
  let { startAt } = read
  try {
    for (;;) {
      const run = new TopicRun({ ...parts, read: { ...read, startAt }, transactions })
      try {
        await session.during(stateTopicIn(kafka, read.state.topic, place)) // it may be gone
        return await run.run()
      } catch (error) {
        if (!(error instanceof OwnershipLost)) throw error
        if ('lines' in out) out.lines.take()
        else await out.results.discard()
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
    await session.closing(transactions.close())
  }
}

/** Makes it where it is missing. By a new connection: one that has known it asks for it, and waits. */
async function stateTopicIn(
  { kafka }: Connected['kafka'],
  topic: string,
  place: KafkaPlace,
): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    await prepareStateTopic(admin, topic)
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

interface Connected {
  readonly kafka: Omit<KafkaSession, 'close'>
  readonly session: Session
}

/** Lines are committed with the state where they go to a topic, unless that is not asked for. */
async function outOf(
  { format }: OutputPlan,
  { write, place }: { readonly write: WriteTopic | undefined; readonly place: KafkaPlace },
  { kafka, session }: Connected,
): Promise<TopicRunParts['out']> {
  if (write === undefined) return { results: new ResultWriter(format, session) }
  const { topic, compression, create, isExact } = write
  if (!isExact) return { results: await topicResults(write, place, { kafka, session }) }
  await session.during(partitionsOf({ ...kafka, topic, create }))
  const most = await session.during(mostBatchBytes(kafka.admin, topic))
  return { lines: new WaitingLines({ topic, compression, mostBatchBytes: most }) }
}

async function topicResults(
  { topic, compression, create }: WriteTopic,
  place: KafkaPlace,
  { kafka, session }: Connected,
): Promise<Results> {
  await session.during(partitionsOf({ ...kafka, topic, create }))
  const results = new TopicResults({ ...kafka, topic, compression }, { waiting: session, place })
  await session.during(results.connect())
  return results
}
