/** What a run of uc-merge is: lines of files that it unites, or partial panes of a topic. */
import { quoted, UcError } from '../errors.ts'
import type { WeekDay } from '../time/calendar.ts'
import type { MergeFlags } from './commands.ts'
import type { NewTopic } from '../kafka/brokers/topics.ts'
import {
  newTopic,
  partialsTopicOf,
  type ReadTopic,
  stateTopicOf,
  type TopicPlan,
  type TopicState,
} from './kafka-plan.ts'
import { type AnyOption, flagOf, type Parsed, valueOfText } from './option.ts'
import {
  kafka,
  kafkaPartials,
  kafkaRead,
  kafkaState,
  kafkaSwitches,
  kafkaWrite,
} from './options/kafka.ts'
import { counting } from './options/counting.ts'
import { groupLines } from './options/grouping.ts'
import { merging } from './options/merging.ts'
import { lines, output } from './options/output.ts'
import { input } from './options/reading.ts'
import type { Lateness } from './options/time.ts'
import { time } from './options/time.ts'
import { kinds } from './options/windows.ts'
import { contradiction, inputsOf, type OutputPlan, outputPlan, refuseWithout } from './plan.ts'

export interface MergePlan {
  /** At least one; `-` is standard input. */
  readonly files: readonly string[]
  /** Undefined: every line's own. */
  readonly to: readonly string[] | undefined
  readonly weekStart: WeekDay
  readonly isDisjoint: boolean
  /** Whether sets of users are passed on. */
  readonly partial: boolean
  readonly hasZeros: boolean
  readonly hasTotal: boolean
  /** So many groups of a window and breakdown have lines; undefined: all. */
  readonly top: number | undefined
  readonly mostGroups: number
  readonly lateness: Lateness
  readonly isOrdered: boolean
  readonly maxLineBytes: number
  readonly zstdWindowBytes: number
  readonly strict: boolean
}

/** Where partial panes come from, and their lines go. */
export interface UnitedTopics extends Omit<TopicPlan, 'read' | 'partials'> {
  readonly read: ReadTopic
  /** How to make the topic of the panes where it is missing. */
  readonly create?: NewTopic | undefined
}

/** One of two. */
export interface MergeRun {
  readonly output: OutputPlan
  /** Undefined: partial panes are united. */
  readonly merging: MergePlan | undefined
  readonly topics: UnitedTopics | undefined
  readonly strict: boolean
}

export async function mergeRunPlan(parsed: Parsed<MergeFlags>): Promise<MergeRun> {
  const { values: { strict } } = parsed
  const topics = await unitedTopics(parsed)
  const merging = topics === undefined ? mergePlan(parsed) : undefined
  return { merging, topics, output: outputPlan(parsed), strict }
}

/** Undefined where files are read. */
async function unitedTopics(parsed: Parsed<MergeFlags>): Promise<UnitedTopics | undefined> {
  const { values: { kafka: reads, toKafka: writes }, given, files } = parsed
  if (!reads) {
    const { toKafka } = kafkaSwitches
    const all = [{ toKafka }, kafkaPartials, kafkaRead, kafkaState, kafkaWrite, kafka]
    const options = all.flatMap((table): AnyOption[] => Object.values(table))
    refuseWithout('--kafka', [...options, output.early], given)
    return undefined
  }
  if (!writes) refuseWithout('--to-kafka', Object.values(kafkaWrite), given)
  const ofLines = [
    ...Object.values(merging),
    ...Object.values(groupLines),
    counting.partial,
    lines.zero,
    kinds.rolling,
    kinds.weekStart,
    time.lateness,
    time.order,
  ]
  const useless = [...ofLines, input.maxLine, input.zstdWindow].find((each) => given.has(each))
  if (useless !== undefined) {
    const remedy = 'leave it out, as partial panes say how they are counted'
    throw contradiction(`--kafka and ${flagOf(useless)}`, remedy)
  }
  const { settle } = await import('./kafka-connection.ts')
  const { values, connection } = settle(parsed.options, parsed)
  const { stopAt, compression, stateTopic, commitEvery, atLeastOnce } = values
  const group = mergedGroupOf(values.group)
  const { partialsTopic = partialsTopicOf(values.group) } = values
  const { topic = partialsTopic, results = values.resultTopic } = topicWords(parsed)
  for (const each of files) valueOfText(kafkaPartials.partialsTopic, each, 'argument')
  if (atLeastOnce && !writes) {
    const remedy = 'leave it out, as lines there are so'
    throw contradiction('--at-least-once and standard output', remedy)
  }
  const state = unitedState(stateTopic ?? stateTopicOf(group), commitEvery)
  const used = [
    { flag: '--partials-topic', name: topic },
    ...(writes ? [{ flag: '--result-topic', name: results }] : []),
    { flag: '--state-topic', name: state.topic },
  ]
  if (new Set(used.map(({ name }) => name)).size < used.length) {
    const words = used.map(({ flag, name }) => `${flag} ${name}`).join(' and ')
    throw contradiction(words, 'name topics that differ')
  }
  const create = newTopic(parsed.values, given)
  return {
    connection,
    read: { topic, group, startAt: 'stored', stopAt, state },
    write: writes ? { topic: results, compression, create, isExact: !atLeastOnce } : undefined,
  }
}

/** Of one word beside --to-kafka the flags say which of the two it names. */
function topicWords(
  { values: { toKafka }, given, files }: Parsed<MergeFlags>,
): { readonly topic?: string; readonly results?: string } {
  const [first, second, ...more] = files
  if (more.length > 0 || (second !== undefined && !toKafka)) {
    throw new UcError(
      'usage',
      `argument ${
        quoted(files.at(-1)!)
      }: expected the topic of partial panes, and with --to-kafka ` +
        'the one of the results',
    )
  }
  if (first === undefined) return {}
  if (second !== undefined) return { topic: first, results: second }
  if (!toKafka || given.has(kafkaWrite.resultTopic)) return { topic: first }
  if (given.has(kafkaPartials.partialsTopic)) return { results: first }
  throw new UcError(
    'usage',
    `argument ${quoted(first)}: is it the topic of partial panes, or of the results? name it by ` +
      '--partials-topic or --result-topic, or name both',
  )
}

/** Of who unites what the processes of a group tell. */
export function mergedGroupOf(group: string): string {
  return `${group}-merged`
}

/** What --kafka says of a run that unites, whose other flags are those of the panes. */
export const unitedPanes = 'partial panes'

/** Partial panes say how they are counted: no flag does. */
export function unitedState(topic: string, commitEveryMs: number): TopicState {
  const flags = new Map([['--kafka', unitedPanes]])
  return { topic, commitEveryMs, closes: false, flags, defaults: new Map() }
}

export function mergePlan({ values, given, files }: Parsed<MergeFlags>): MergePlan {
  const {
    to,
    rolling,
    weekStart,
    disjoint,
    top,
    maxGroups,
    total: hasTotal,
    partial,
    zero: hasZeros,
    lateness,
    order,
    maxLine,
    zstdWindow,
    strict,
  } = values
  const coarser = to !== undefined ? merging.to : rolling.length > 0 ? kinds.rolling : undefined
  if (disjoint && coarser !== undefined) {
    const remedy = 'leave one out, as a user of one minute may come again in the next'
    throw contradiction(`--disjoint and ${flagOf(coarser)}`, remedy)
  }
  const rest = [groupLines.top, groupLines.maxGroups].find((each) => given.has(each))
  if (disjoint && rest !== undefined) {
    const remedy = 'leave one out, as a user of one group of the rest may be in the next'
    throw contradiction(`--disjoint and ${flagOf(rest)}`, remedy)
  }
  if (hasZeros && !hasTotal) {
    throw contradiction('--zero and --no-total', 'leave one out, as groups have no empty windows')
  }
  if (to?.includes('week') !== true) refuseWithout('--to week', [kinds.weekStart], given)
  if (order === 'none' && given.has(time.lateness)) {
    throw contradiction('--lateness and --order none', 'leave --lateness out, as no line is late')
  }
  return {
    files: inputsOf(files),
    to: coarser === undefined ? undefined : [...new Set([...to ?? [], ...rolling.flat()])],
    weekStart,
    isDisjoint: disjoint,
    partial,
    hasZeros,
    hasTotal,
    top,
    mostGroups: disjoint ? Infinity : maxGroups,
    lateness,
    isOrdered: order !== 'none',
    maxLineBytes: maxLine,
    zstdWindowBytes: zstdWindow,
    strict,
  }
}
