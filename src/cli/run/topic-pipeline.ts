/**
 * uc-pipeline with topics: frames from one (--kafka), results into one (--to-kafka), or both. A
 * topic is counted by whoever owns it, from a state that the next owner goes on from.
 */
import { shownName } from '../../io/file-name.ts'
import { inspectInputs } from '../../io/input.ts'
import { inWords, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { mostBatchBytes, partitionsByNow, partitionsOf } from '../../kafka/brokers/topics.ts'
import { type KafkaPlace, mayPass } from '../../kafka/brokers/trouble.ts'
import { OwnershipLost } from '../../kafka/reading/owner.ts'
import { messageStage } from '../../kafka/reading/message-frames.ts'
import { PartialLines } from '../../kafka/writing/partial-lines.ts'
import type { TopicPlan } from '../kafka-plan.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import type { OutputPlan } from '../plan.ts'
import { countFiles } from './count-files.ts'
import { withSession } from './session.ts'
import { type Connected, everything, outOf, taken, topicResults } from './topic-out.ts'
import type { CountOut } from '../../stages/count.ts'
import { chain, countingStages, partialStages } from '../../pipeline.ts'
import type { PartialsOut } from '../../stages/partials.ts'
import { unitedPlanText } from '../united-plan.ts'
import { countTopic } from './count-topic.ts'
import type { Counted, OfShare } from './topic-run.ts'

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
    maxRejects: read.maxRejects,
    reading: read,
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
      const reading = { ...topics.read, consumer: connection.consumer }
      if (topics.partials !== undefined) {
        const newStages = await ofPartials(plan, topics, { kafka, session, partitions, place })
        kafka.say(summary(topics, partitions, output))
        const parts = { read: reading, kafka, session, ownsAll: false, newStages }
        return await countTopic({ ...parts, results: undefined }, place)
      }
      const out = await outOf(output, { write, place }, { kafka, session })
      kafka.say(summary(topics, partitions, output))
      const results = 'results' in out ? out.results : undefined
      const newStages = (of: OfShare) => ({ ...stages(plan, of), ...taken(out) })
      const parts = { read: reading, kafka, session, ownsAll: true, newStages }
      return await countTopic({ ...parts, results }, place)
    }
    const outcome = await count()
    await close()
    return outcome
  })
}

function summary(
  { connection, read, write, partials }: TopicPlan,
  partitions: number,
  { out }: OutputPlan,
): string {
  const from = read === undefined
    ? 'reads files'
    : `reads ${partials === undefined ? '' : 'its share of '}topic ${read.topic} ` +
      `(${partitions} partitions) as group ${read.group}`
  const file = out === undefined ? 'standard output' : shownName(out)
  const written = write ?? partials
  const to = written === undefined ? file : `topic ${written.topic}`
  return `${from}, writes ${to}, brokers ${connection.brokers.join(',')}`
}

/** All of it in one: frames to lines. */
function stages(
  { read, counting }: PipelinePlan,
  of: OfShare,
): Pick<Counted<CountOut>, 'stage' | 'openWindows'> {
  const { ledger, progress } = of
  const { windows, counts } = countingStages(counting, of, progress)
  const frames = messageStage({ ...read, progress, ledger })
  return { stage: chain(frames, windows, counts), openWindows: () => counts.openWindows }
}

interface FramesTopic {
  readonly partitions: number
  readonly place: KafkaPlace
}

/** Of a partition each: frames to partial panes, which go out with the state. */
async function ofPartials(
  { read, counting }: PipelinePlan,
  { read: frames, partials }: TopicPlan,
  { kafka, session, partitions: known, place }: Connected & FramesTopic,
): Promise<(of: OfShare) => Counted<PartialsOut>> {
  const { topic, create } = partials!
  const partitions = await session.during(partitionsOf({ ...kafka, topic, create }))
  const most = await session.during(mostBatchBytes(kafka.admin, topic))
  const nowOf = counting.isDisjoint === true
    ? partitionsByNow({ ...kafka, topic: frames!.topic })
    : undefined
  const orPass = async (asked: Promise<number>) => {
    try {
      return await asked
    } catch (error) {
      const cause = inWords(error, place)
      throw mayPass(error) ? new OwnershipLost('interrupted', { cause }) : cause
    }
  }
  const to = { ...partials!, partitions, mostBatchBytes: most, plan: unitedPlanText(counting) }
  return (of) => {
    const { partition, positions, ledger, progress } = of
    const { windows, partials: stage } = partialStages(counting, of, progress)
    const lines = new PartialLines({
      ...to,
      source: partition,
      name: `${frames!.topic}[${partition}]`,
      of: Math.max(known, partition + 1),
      nowOf: nowOf && (() => orPass(nowOf())),
      stage,
      next: () => positions.offsets.get(partition),
    })
    return {
      stage: chain(messageStage({ ...read, progress, ledger }), windows, stage),
      openWindows: () => stage.openWindows,
      lines,
      take: (message) => lines.add(message),
    }
  }
}
