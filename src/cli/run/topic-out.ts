/** Where the results of a topic that is counted go: to a topic, a file or standard output. */
import { mostBatchBytes, partitionsOf } from '../../kafka/brokers/topics.ts'
import type { KafkaSession } from '../../kafka/brokers/kafka-session.ts'
import type { KafkaPlace } from '../../kafka/brokers/trouble.ts'
import { type Results, TopicResults } from '../../kafka/writing/topic-results.ts'
import { WaitingLines, type WaitingLinesOptions } from '../../kafka/writing/waiting-lines.ts'
import type { CountOut } from '../../stages/count.ts'
import type { WriteTopic } from '../kafka-plan.ts'
import type { OutputPlan } from '../plan.ts'
import { ResultWriter } from './result-writer.ts'
import type { Session } from './session.ts'
import type { Counted } from './topic-run.ts'

/** What is in --out and --rejects came out before, and does not come again. */
export const everything: { readonly outBytes: number; readonly rejectsBytes: number } = {
  outBytes: Infinity,
  rejectsBytes: Infinity,
}

/** Where results go: made anew with the stages, as what waits goes with them. */
export function taken(out: Out): Pick<Counted<CountOut>, 'lines' | 'take'> {
  if ('results' in out) return { lines: undefined, take: (message) => out.results.take(message) }
  const lines = new WaitingLines(out.lines)
  return { lines, take: (message) => lines.add(message) }
}

/** Lines that are committed with the state, or those that go out before. */
export type Out = { readonly lines: WaitingLinesOptions } | { readonly results: Results }

export interface Connected {
  readonly kafka: Omit<KafkaSession, 'close'>
  readonly session: Session
}

/** Lines are committed with the state where they go to a topic, unless that is not asked for. */
export async function outOf(
  { format }: OutputPlan,
  { write, place }: { readonly write: WriteTopic | undefined; readonly place: KafkaPlace },
  { kafka, session }: Connected,
): Promise<Out> {
  if (write === undefined) return { results: new ResultWriter(format, session) }
  const { topic, compression, create, isExact } = write
  if (!isExact) return { results: await topicResults(write, place, { kafka, session }) }
  await session.during(partitionsOf({ ...kafka, topic, create }))
  const most = await session.during(mostBatchBytes(kafka.admin, topic))
  return { lines: { topic, compression, mostBatchBytes: most } }
}

export async function topicResults(
  { topic, compression, create }: WriteTopic,
  place: KafkaPlace,
  { kafka, session }: Connected,
): Promise<Results> {
  await session.during(partitionsOf({ ...kafka, topic, create }))
  const results = new TopicResults({ ...kafka, topic, compression }, { waiting: session, place })
  await session.during(results.connect())
  return results
}
