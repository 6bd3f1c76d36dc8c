/** The rules between options of Kafka and others, and what they come to. */
import { quoted, UcError } from '../errors.ts'
import type { Compression } from '../kafka/codecs/compression.ts'
import type { ConnectionConfig } from '../kafka/brokers/connection.ts'
import type { StartAt, StopAt } from '../kafka/reading/offsets.ts'
import type { NewTopic } from '../kafka/brokers/topics.ts'
import type { FromKafkaFlags, PipelineFlags, ToKafkaFlags } from './commands.ts'
import { type AnyOption, flagOf, type Parsed, valueOfText } from './option.ts'
import { isMissing } from '../io/runtime.ts'
import { input } from './options/reading.ts'
import { kafka, kafkaPartials, kafkaRead, kafkaState, kafkaWrite } from './options/kafka.ts'
import { merging } from './options/merging.ts'
import type { KafkaWriteOptions } from './options/kafka.ts'
import { type CountedFlags, countedFlags } from './counted-flags.ts'
import { overlapNamed } from '../time/overlap.ts'
import { contradiction, flagOfWindow, type OutputPlan, outputPlan, refuseWithout } from './plan.ts'
import { hasRoomFor, mostUsersInMessage } from './united-plan.ts'

export interface TopicPlan {
  readonly connection: ConnectionConfig
  /** Undefined: files are read. */
  readonly read: ReadTopic | undefined
  /** Undefined: results go to standard output. */
  readonly write: WriteTopic | undefined
  /** Where partial panes go, rather than results; undefined: one process owns all partitions. */
  readonly partials: PartialsTopic | undefined
}

export type PartialsTopic = Omit<WriteTopic, 'isExact'>

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
  if (topic === undefined) {
    throw new UcError('usage', 'argument TOPIC: missing; expected the name of a topic')
  }
  valueOfText(kafkaWrite.resultTopic, topic, 'argument')
  const create = newTopic(values, parsed.given)
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
  const { partials: shares, disjoint } = parsed.values
  const { partials, processes } = kafkaPartials
  const ofReading = [...Object.values({ ...kafkaRead, ...kafkaState }), partials, processes]
  if (disjoint) refuseBesideDisjoint(parsed)
  if (writes) refuseLongLines(parsed)
  if (!reads) refuseWithout('--kafka', ofReading, given)
  if (!shares) refuseWithout('--partials', [kafkaPartials.partialsTopic], given)
  if (!writes && !shares) {
    refuseWithout('--to-kafka or --partials', Object.values(kafkaWrite), given)
  }
  if (!reads && !writes) {
    refuseWithout('--kafka or --to-kafka', Object.values(kafka), given)
    return undefined
  }
  if (!reads) refuseTopicAsFile(parsed)
  const { settle } = await import('./kafka-connection.ts') // TLS and all, for those who need it
  const { values, connection } = settle(parsed.options, parsed)
  // A word behind --to-kafka or --partials can be no file where --kafka is, so it names the topic.
  const written = shares ? kafkaPartials.partialsTopic : kafkaWrite.resultTopic
  const isNamed = reads && (writes || shares) && files.length === 1 && !given.has(written)
  const named = isNamed ? files[0]! : undefined
  if (named !== undefined) valueOfText(kafkaWrite.resultTopic, named, 'argument')
  if (reads) refuseBeside(parsed, isNamed)
  if (shares) refuseBesidePartials(parsed)
  const { topic, group, startAt, stopAt, compression, resultTopic, stateTopic } = values
  const { commitEvery: commitEveryMs, close: closes, atLeastOnce } = values
  const state = () => {
    const { flags, defaults } = countedFlags(parsed)
    return {
      topic: stateTopic ?? stateTopicOf(group),
      commitEveryMs,
      closes,
      flags: new Map([...flags, ['--partials', onOff(shares)], ['--disjoint', onOff(disjoint)]]),
      defaults: new Map([...defaults, ['--partials', 'off'], ['--disjoint', 'off']]),
    }
  }
  const read = reads ? { topic, group, startAt, stopAt, state: state() } : undefined
  const { partialsTopic = shares ? partialsTopicOf(group) : '' } = values
  const results = named ?? (shares ? partialsTopic : resultTopic)
  const flag = shares ? '--partials' : '--to-kafka'
  if (reads && (writes || shares) && results === topic) {
    throw new UcError(
      'usage',
      `${flag} ${quoted(topic)}: frames are read from it; name another topic for the results`,
    )
  }
  const others = [topic, ...(writes || shares ? [results] : [])]
  if (read !== undefined && others.includes(read.state.topic)) {
    const place = `--state-topic ${quoted(read.state.topic)}`
    throw new UcError(
      'usage',
      `${place}: the topic is read or written already; name one that nothing else uses`,
    )
  }
  return {
    connection,
    read,
    write: writes
      ? {
        topic: results,
        compression,
        create: newTopic(parsed.values, given),
        isExact: reads && !atLeastOnce,
      }
      : undefined,
    partials: shares
      ? { topic: results, compression, create: newTopic(parsed.values, given) }
      : undefined,
  }
}

function onOff(isOn: boolean): string {
  return isOn ? 'on' : 'off'
}

export function stateTopicOf(group: string): string {
  return topicOf(group, { what: 'state', option: kafkaState.stateTopic })
}

export function partialsTopicOf(group: string): string {
  return topicOf(group, { what: 'partials', option: kafkaPartials.partialsTopic })
}

/** Groups may have names that topics may not. */
function topicOf(
  group: string,
  { what, option }: { readonly what: string; readonly option: AnyOption },
): string {
  const topic = `${group}-${what}`
  try {
    valueOfText(option, topic, 'argument')
    return topic
  } catch (cause) {
    throw new UcError(
      'usage',
      `--group ${quoted(group)}: there can be no topic ${quoted(topic)} for its ${what}; add ${
        flagOf(option)
      } NAME`,
      { cause },
    )
  }
}

export function newTopic(
  { create, compact }: Parsed<Pick<KafkaWriteOptions, 'create' | 'compact'>>['values'],
  given: Parsed<unknown>['given'],
): NewTopic | undefined {
  if (create === undefined) refuseWithout('--create', [kafkaWrite.compact], given)
  if (create === undefined) return undefined
  // Keeps only the last message of each key
  return { partitions: create, config: compact ? { 'cleanup.policy': 'compact' } : {} }
}

/** Without --kafka a word behind --to-kafka is a file, where `--kafka --to-kafka` has the topic. */
function refuseTopicAsFile({ files, given }: Parsed<PipelineFlags>): void {
  const file = files.find((each) => each !== '-' && isMissing(each))
  if (file === undefined || given.has(kafkaWrite.resultTopic)) return
  throw new UcError(
    'usage',
    `argument ${quoted(file)}: no such file; expected a file to read, as without --kafka the ` +
      `topic to write to is named by ${flagOf(kafkaWrite.resultTopic)}`,
  )
}

function refuseBesideDisjoint({ values, given }: Parsed<PipelineFlags>): void {
  if (!values.partials && values.processes === undefined) {
    refuseWithout('--partials or --processes', [merging.disjoint], given)
  }
  if (values.sketch) {
    throw contradiction(
      '--disjoint and --sketch',
      'leave one out, as numbers that add up are no sketch',
    )
  }
  const overlapping = [...values.window, ...values.rolling.flat()].find((name) =>
    overlapNamed(name)
  )
  if (overlapping !== undefined) {
    throw contradiction(
      `--disjoint and ${flagOfWindow(overlapping)}`,
      'leave --disjoint out, as a user is in several days or steps of such a window',
    )
  }
  if (values.partial) {
    throw contradiction('--disjoint and --partial', 'leave one out, as numbers travel, not users')
  }
}

/** Of --partial. */
function refuseLongLines({ values }: Parsed<PipelineFlags>): void {
  if (hasRoomFor(values)) return
  throw contradiction(
    '--partial and --to-kafka',
    `add --exact-limit ${mostUsersInMessage}, as a message has no room for the set of more users`,
  )
}

/** What is decided by who unites, or would be told twice. */
function refuseBesidePartials({ values, given }: Parsed<PipelineFlags>): void {
  const { toKafka, early, out, order } = values
  if (toKafka) {
    throw contradiction('--partials and --to-kafka', 'give --to-kafka to uc-merge, which unites')
  }
  if (early !== undefined) {
    throw contradiction('--partials and --early', 'give --early to uc-merge, which unites')
  }
  if (out !== undefined && out !== '-') throw contradiction('--partials and --out', 'leave one out')
  if (order === 'none') {
    throw contradiction('--partials and --order none', 'count such a topic in one process')
  }
  if (values.atLeastOnce) {
    throw contradiction(
      '--partials and --at-least-once',
      'leave it out, as panes go with the state',
    )
  }
  if (given.has(kafkaRead.startAt) && values.startAt !== 'stored') {
    throw contradiction(
      '--partials and --start-at',
      'begin with a new --group and a new topic of partial panes, or set the offsets of the group',
    )
  }
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
