/**
 * uc-pipeline with topics: frames from one (--kafka), results into one (--to-kafka), or both. The
 * one place that knows results, checkpoints and offsets together: results are acknowledged before
 * the offsets that they come from are stored, so a restart repeats lines and loses none.
 */
import type { Outcome } from '../../io/drive.ts'
import { inspectInputs } from '../../io/input.ts'
import { grouped } from '../../io/result-format.ts'
import { oneOwner } from '../../kafka/reading/assigner.ts'
import { Committer } from '../../kafka/reading/committer.ts'
import type { ConnectionConfig } from '../../kafka/brokers/connection.ts'
import type { KafkaPlace } from '../../kafka/brokers/trouble.ts'
import { Checkpoints, resumptionOf } from '../../kafka/reading/checkpoints.ts'
import type { ReaderMessage } from '../../kafka/reading/outlet.ts'
import { OwnershipLost, TopicReader } from '../../kafka/reading/reader.ts'
import { partitionsOf } from '../../kafka/brokers/topics.ts'
import { chain, countingStages } from '../../pipeline.ts'
import type { Stage } from '../../stage.ts'
import { SourceTimes } from '../../sources/source-times.ts'
import type { CountOut } from '../../stages/count.ts'
import type { WindowStage } from '../../stages/window.ts'
import type { ReadTopic, TopicPlan, WriteTopic } from '../kafka-plan.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import { countFiles, type Parts } from './count-files.ts'
import { observed } from './frame-reader.ts'
import { inWords, type KafkaSession, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { messageStage } from '../../kafka/reading/message-frames.ts'
import { ResultWriter } from './result-writer.ts'
import { type Session, withSession } from './session.ts'
import { type Results, TopicResults } from '../../kafka/writing/topic-results.ts'

export async function runTopicPipeline(
  { read, counting, output }: PipelinePlan,
  plan: TopicPlan,
): Promise<number> {
  const { connection } = plan
  const { isOrdered = true } = counting
  const place = { ...connection, topic: plan.read?.topic, group: plan.read?.group }
  const options = {
    command: 'uc-pipeline',
    plan: output,
    isStrict: read.strict,
    memory: { threads: read.threads, isOrdered },
    inputs: plan.read === undefined ? inspectInputs(read.files) : undefined,
    inWords: (error: unknown) => inWords(error, place),
  }
  return await withSession(options, async (session) => {
    const { close, ...kafka } = await kafkaSession(session, connection)
    const partitions = plan.read === undefined
      ? 0
      : await session.during(partitionsOf({ ...kafka, ...plan.read }))
    const results = plan.write === undefined
      ? new ResultWriter(output.format, session)
      : await topicResults(plan.write, { ...kafka, session, place })
    kafka.say(summary(plan, partitions))
    const parts = { read, counting, results, session }
    const outcome = plan.read === undefined
      ? await countFiles(parts)
      : await countTopic({ ...plan.read, consumer: connection.consumer }, kafka, parts)
    await close()
    return outcome
  })
}

function summary({ connection, read, write }: TopicPlan, partitions: number): string {
  const from = read === undefined
    ? 'reads files'
    : `reads topic ${read.topic} (${partitions} partitions) as group ${read.group}`
  const to = write === undefined ? 'standard output' : `topic ${write.topic}`
  return `${from}, writes ${to}, brokers ${connection.brokers.join(',')}`
}

type Connected = Omit<KafkaSession, 'close'>
type Read = ReadTopic & { readonly consumer: ConnectionConfig['consumer'] }

/** Counts while the topic is ours; a process that has lost it stands by until it is ours again. */
async function countTopic(read: Read, kafka: Connected, parts: Parts): Promise<Outcome> {
  let { startAt } = read
  for (;;) {
    try {
      return await countOwned({ ...read, startAt }, kafka, parts)
    } catch (error) {
      if (!(error instanceof OwnershipLost)) throw error
      kafka.say(`another member of group ${read.group} has taken over`)
      await parts.results.discard()
      parts.session.beginAnew()
      startAt = 'stored' // by whoever has read meanwhile
    }
  }
}

async function countOwned(
  { topic, ...read }: Read,
  kafka: Connected,
  { read: plan, counting, results, session }: Parts,
): Promise<Outcome> {
  const times = new SourceTimes()
  const checkpoints = new Checkpoints()
  let sinceMs = Date.now()
  const since = () => reader.isMember ? sinceMs : sinceMs = Date.now()
  const reader: TopicReader = new TopicReader({
    ...read,
    ...kafka,
    topics: [topic],
    assigner: oneOwner(since),
    ownsAll: true,
    timeOf: (source) => times.timeOf(source),
    resume: resumptionOf,
  })
  const isReadToItsEnd = (source: number) => reader.isReadToItsEnd(source)
  const ofReader = { isReadToItsEnd, keepsLines: true }
  const { windows, counts } = countingStages(counting, session, ofReader)
  session.progress.also(() => {
    return `${grouped(reader.lag)} messages behind, ${grouped(counts.openWindows)} windows open`
  })
  const frames = observed(messageStage(plan, session.ledger), times)

  let isOver = false
  const committer = new Committer(reader, {
    positions: () => checkpoints.positions(counts.firstLineOf, counts.watermarkMs),
    say: kafka.say,
  })
  /** What the end of the input closes must not count as shown: there may be more, another time. */
  async function* untilCommitted(): AsyncGenerator<ReaderMessage> {
    yield* reader.messages()
    await committer.commit()
    isOver = true
  }

  try {
    return await session.run<ReaderMessage, CountOut>({
      input: untilCommitted(),
      stage: noted(chain(frames, windows, counts), {
        windows,
        checkpoints,
        onBytes: session.progress.bytes,
      }),
      delivery: {
        take: (message) => results.take(message),
        async flush() {
          await session.sending(reader.confirm())
          await results.flush(reader)
          if (!isOver) await session.sending(committer.commitIfDue())
        },
        discard: () => results.discard(),
        async close(outcome) {
          if (!isOver && outcome.failure === undefined) await session.sending(committer.commit())
          await results.close?.(outcome)
        },
      },
    })
  } finally {
    await session.closing(reader.close())
  }
}

/**
 * Notes after each slice how far a source has come, with the clock that it has there; and first,
 * from where it goes on, so that nothing less is stored before that is known. It always has a tick,
 * since offsets are stored while nothing comes, too.
 */
export function noted<Out>(
  stage: Stage<ReaderMessage, Out>,
  { windows, checkpoints, onBytes }: {
    windows: WindowStage
    checkpoints: Checkpoints
    onBytes: (count: number) => void
  },
): Stage<ReaderMessage, Out> {
  return {
    ...stage,
    tick: stage.tick ?? (() => {}),
    push(message, emit) {
      if (message.type === 'lines') onBytes(message.lines.length)
      stage.push(message, emit)
      const { source } = message
      const clock = windows.clockOf(source)
      if (message.type === 'lines') {
        if (clock !== undefined) checkpoints.note(source, message.next, clock)
      } else if (message.type === 'resumption') {
        checkpoints.note(source, message.offset, clock)
        checkpoints.wasReadTo(source, message.readTo)
      }
    },
  }
}

async function topicResults(
  { topic, compression, create }: WriteTopic,
  { session, place, ...kafka }: Connected & { session: Session; place: KafkaPlace },
): Promise<Results> {
  await session.during(partitionsOf({ ...kafka, topic, create }))
  const results = new TopicResults({ ...kafka, topic, compression }, { waiting: session, place })
  await session.during(results.connect())
  return results
}
