/** The rules between options of Kafka and others, and what they come to. */
import { UcError } from '../errors.ts'
import type { Compression } from '../kafka/codecs/compression.ts'
import type { ConnectionConfig } from '../kafka/brokers/connection.ts'
import type { StartAt, StopAt } from '../kafka/reading/offsets.ts'
import type { NewTopic } from '../kafka/brokers/topics.ts'
import type { FromKafkaFlags, PipelineFlags, ToKafkaFlags } from './commands.ts'
import { type AnyOption, flagOf, type Parsed, valueOfText } from './option.ts'
import { input } from './options/reading.ts'
import { kafka, kafkaRead, kafkaState, kafkaWrite } from './options/kafka.ts'
import type { KafkaWriteOptions } from './options/kafka.ts'
import { type CountedFlags, countedFlags } from './counted-flags.ts'
import { contradiction, type OutputPlan, outputPlan } from './plan.ts'

export interface TopicPlan {
  readonly connection: ConnectionConfig
  /** Undefined: files are read. */
  readonly read: ReadTopic | undefined
  /** Undefined: results go to standard output. */
  readonly write: WriteTopic | undefined
}

export interface ReadTopic {
  readonly topic: string
  readonly group: string
  readonly startAt: StartAt
  readonly stopAt: StopAt
  readonly state: TopicState
}

/** Of whoever owns the topic. */
export interface TopicState extends CountedFlags {
  readonly topic: string
  readonly commitEveryMs: number
  /** Whether the end of the input ends the stream. */
  readonly closes: boolean
}

export interface WriteTopic {
  readonly topic: string
  readonly compression: Compression
  readonly create: NewTopic | undefined
  /** Whether a reader sees each line once, as it is committed with the state. */
  readonly isExact: boolean
}

export interface FromKafkaPlan extends Omit<ReadTopic, 'topic' | 'state'> {
  readonly connection: ConnectionConfig
  readonly topics: readonly string[]
  /** Undefined: all, shared with the others of the group. */
  readonly partitions: readonly number[] | undefined
  readonly plain: boolean
  readonly output: OutputPlan
}

export interface ToKafkaPlan extends Omit<WriteTopic, 'isExact'> {
  readonly connection: ConnectionConfig
  /** Undefined: by what a line is. */
  readonly key: readonly string[] | undefined
  readonly lingerMs: number
  readonly output: OutputPlan
  readonly strict: boolean
}

export async function fromKafkaPlan(parsed: Parsed<FromKafkaFlags>): Promise<FromKafkaPlan> {
  const { settle } = await import('./kafka-connection.ts')
  const { values, connection } = settle(parsed.options, parsed)
  const { topic, group, startAt, stopAt, partitions, plain } = values
  const topics = parsed.files.length > 0 ? parsed.files : [topic]
  for (const each of topics) valueOfText(kafkaRead.topic, each, 'argument')
  const output = outputPlan(parsed)
  return { connection, topics, group, startAt, stopAt, partitions, plain, output }
}

export async function toKafkaPlan(parsed: Parsed<ToKafkaFlags>): Promise<ToKafkaPlan> {
  const { settle } = await import('./kafka-connection.ts')
  const { values, connection } = settle(parsed.options, parsed)
  const { compression, key, linger: lingerMs, strict } = values
  const [topic] = parsed.files
  if (topic === undefined) throw new UcError('usage', 'topic missing; expected its name')
  valueOfText(kafkaWrite.resultTopic, topic, 'argument')
  const create = newTopic(values)
  return {
    connection,
    topic,
    compression,
    create,
    key,
    lingerMs,
    output: outputPlan(parsed),
    strict,
  }
}

/** Undefined where uc-pipeline has nothing to do with Kafka. */
export async function topicPlan(
  parsed: Parsed<PipelineFlags>,
): Promise<TopicPlan | undefined> {
  const { values: { kafka: reads, toKafka: writes }, given, files } = parsed
  if (!reads) refuseWithout('--kafka', Object.values({ ...kafkaRead, ...kafkaState }), given)
  if (!writes) refuseWithout('--to-kafka', Object.values(kafkaWrite), given)
  if (!reads && !writes) {
    refuseWithout('--kafka or --to-kafka', Object.values(kafka), given)
    return undefined
  }
  const { settle } = await import('./kafka-connection.ts') // TLS and all, for those who need it
  const { values, connection } = settle(parsed.options, parsed)
  // A word behind --to-kafka can be no file where --kafka is, so it names the topic.
  const isNamed = reads && writes && files.length === 1 && !given.has(kafkaWrite.resultTopic)
  const named = isNamed ? files[0]! : undefined
  if (named !== undefined) valueOfText(kafkaWrite.resultTopic, named, 'argument')
  if (reads) refuseBeside(parsed, isNamed)
  const { topic, group, startAt, stopAt, compression, resultTopic, stateTopic } = values
  const { commitEvery: commitEveryMs, close: closes, atLeastOnce } = values
  const state = () => ({
    topic: stateTopic ?? stateTopicOf(group),
    commitEveryMs,
    closes,
    ...countedFlags(parsed),
  })
  const read = reads ? { topic, group, startAt, stopAt, state: state() } : undefined
  const results = named ?? resultTopic
  if (reads && writes && results === topic) {
    throw new UcError(
      'usage',
      `--to-kafka ${topic}: frames are read from it; name another topic for the results`,
    )
  }
  const others = [topic, ...(writes ? [results] : [])]
  if (read !== undefined && others.includes(read.state.topic)) {
    const problem = `--state-topic ${read.state.topic}: the topic is read or written already`
    throw new UcError('usage', `${problem}; name one that nothing else uses`)
  }
  return {
    connection,
    read,
    write: writes
      ? {
        topic: results,
        compression,
        create: newTopic(parsed.values),
        isExact: reads && !atLeastOnce,
      }
      : undefined,
  }
}

/** Groups may have names that topics may not. */
export function stateTopicOf(group: string): string {
  const topic = `${group}-state`
  try {
    valueOfText(kafkaState.stateTopic, topic, 'argument')
    return topic
  } catch (cause) {
    throw new UcError(
      'usage',
      `--group ${group}: there can be no topic "${topic}" for its state; add --state-topic NAME`,
      { cause },
    )
  }
}

function newTopic(
  { create, compact }: Parsed<Pick<KafkaWriteOptions, 'create' | 'compact'>>['values'],
): NewTopic | undefined {
  if (create === undefined && compact) {
    throw new UcError('usage', '--compact says how to make a topic; add --create')
  }
  if (create === undefined) return undefined
  // Keeps only the last message of each key
  return { partitions: create, config: compact ? { 'cleanup.policy': 'compact' } : {} }
}

function refuseWithout(
  flags: string,
  options: readonly AnyOption[],
  given: ReadonlySet<AnyOption>,
): void {
  const option = options.find((each) => given.has(each))
  if (option === undefined) return
  throw new UcError('usage', `${flagOf(option)} says nothing without ${flags}; add it`)
}

function refuseBeside({ values, given, files }: Parsed<PipelineFlags>, isNamed: boolean): void {
  if (files.length > 0 && !isNamed) {
    const remedy = 'leave one out; --topic names the topic to read'
    throw contradiction('--kafka and files', remedy)
  }
  if (given.has(input.interleave)) {
    throw contradiction('--kafka and --interleave', 'leave --interleave out, as partitions are so')
  }
  if (values.threads > 1) {
    throw contradiction('--kafka and --threads', 'leave --threads out, as a topic has one only')
  }
  if (values.close && values.stopAt === 'never') {
    throw contradiction('--close and a topic without end', 'add --stop-at end')
  }
  if (values.order === 'none' && !values.close) {
    throw contradiction(
      '--order none and a topic that goes on',
      'add --stop-at end --close, since windows close at the end',
    )
  }
  if (values.atLeastOnce && !values.toKafka) {
    throw contradiction(
      '--at-least-once and standard output',
      'leave it out, as lines there are so',
    )
  }
}
