/**
 * The commands, their options by reference. Help, README, completions and the parsing of arguments
 * all read this table: an option that two commands list is the same option.
 */
import { type ErrorCode, exitStatus } from '../errors.ts'
import { type GeneratePlan, generatePlan } from './generate-plan.ts'
import { type FromKafkaPlan, fromKafkaPlan, type ToKafkaPlan, toKafkaPlan } from './kafka-plan.ts'
import type { AnyOption, OptionTable, Parsed } from './option.ts'
import { counting, type CountingOptions } from './options/counting.ts'
import { generating, type GeneratingOptions } from './options/generating.ts'
import {
  type GroupKeyOptions,
  groupKeys,
  groupLines,
  type GroupLinesOptions,
} from './options/grouping.ts'
import { input, type ReadingOptions } from './options/reading.ts'
import { fromKafkaOnly, toKafkaOnly } from './options/kafka-pipes.ts'
import type { FromKafkaOnlyOptions, ToKafkaOnlyOptions } from './options/kafka-pipes.ts'
import {
  kafka,
  kafkaPartials,
  kafkaRead,
  kafkaState,
  kafkaSwitches,
  kafkaWrite,
} from './options/kafka.ts'
import type {
  KafkaOptions,
  KafkaPartialsOptions,
  KafkaReadOptions,
  KafkaStateOptions,
  KafkaSwitches,
  KafkaWriteOptions,
} from './options/kafka.ts'
import { merging, type MergingOptions } from './options/merging.ts'
import { lines, type LinesOptions, output, type OutputOptions } from './options/output.ts'
import { reporting, type ReportingOptions } from './options/reporting.ts'
import { state, type StateOptions, stateShown, type StateShownOptions } from './options/state.ts'
import { time, type TimeOptions } from './options/time.ts'
import { type KindOptions, kinds } from './options/windows.ts'
import { type PipelinePlan, pipelinePlan } from './pipeline-plan.ts'
import { type MergeRun, mergeRunPlan } from './merge-plan.ts'
import { countPlan, outputPlan, readPlan, timePlan } from './plan.ts'
import type { CountRun } from './run/uc-count.ts'
import type { ExtractRun } from './run/uc-extract.ts'
import type { WindowRun } from './run/uc-window.ts'
import { type StateShownPlan, stateShownPlan } from './state-shown-plan.ts'
import { windowingOf } from './windowing.ts'

/** What can be told of a command. */
export interface Command<Table> {
  readonly name: `uc-${string}`
  readonly brief: string
  readonly usage: string
  readonly reads: string
  readonly writes: string
  /** What may be named behind the options, and how many; else it reads standard input, or nothing. */
  readonly takes?: { readonly words: 'FILE' | 'TOPIC' | 'DIR'; readonly most: number }
  readonly options: Table
  readonly example: string
  /** How a run may end, apart from 0; undefined: in every way. */
  readonly exits?: readonly ErrorCode[]
}

export type AnyCommand = Command<OptionTable>

/** A row of the table. */
export interface Runnable<Table, Plan> extends Command<Table> {
  /** The arguments as plain values, once: what runs them sees no flag. */
  plan(parsed: Parsed<Table>): Plan | Promise<Plan>
  /** Loads the command alone. It returns the exit status. */
  load(): Promise<{ run(plan: Plan): Promise<number> }>
}

export type AnyRunnable = Runnable<OptionTable, unknown>

export type ExtractFlags =
  & ReadingOptions
  & GroupKeyOptions
  & Pick<TimeOptions, 'idle'>
  & ReportingOptions
export type WindowFlags = KindOptions & TimeOptions & ReportingOptions
export type CountFlags =
  & CountingOptions
  & GroupLinesOptions
  & OutputOptions
  & LinesOptions
  & ReportingOptions
export type PipelineFlags =
  & ReadingOptions
  & KindOptions
  & TimeOptions
  & GroupKeyOptions
  & GroupLinesOptions
  & CountingOptions
  & OutputOptions
  & LinesOptions
  & StateOptions
  & KafkaSwitches
  & KafkaReadOptions
  & KafkaPartialsOptions
  & Pick<MergingOptions, 'disjoint'>
  & KafkaStateOptions
  & KafkaWriteOptions
  & KafkaOptions
  & ReportingOptions
export type MergeFlags =
  & MergingOptions
  & Pick<CountingOptions, 'partial'>
  & Pick<LinesOptions, 'zero'>
  & Pick<ReadingOptions, 'maxLine' | 'zstdWindow'>
  & GroupLinesOptions
  & Pick<KindOptions, 'rolling' | 'weekStart'>
  & Pick<TimeOptions, 'lateness' | 'order'>
  & Pick<OutputOptions, 'format' | 'early' | 'out'>
  & KafkaSwitches
  & Pick<KafkaPartialsOptions, 'partialsTopic'>
  & Pick<KafkaReadOptions, 'group' | 'stopAt'>
  & KafkaStateOptions
  & KafkaWriteOptions
  & KafkaOptions
  & ReportingOptions
export type FromKafkaFlags =
  & KafkaReadOptions
  & FromKafkaOnlyOptions
  & KafkaOptions
  & Pick<ReportingOptions, 'stats' | 'progress' | 'maxMemory'>
export type ToKafkaFlags =
  & ToKafkaOnlyOptions
  & Omit<KafkaWriteOptions, 'resultTopic'>
  & KafkaOptions
  & ReportingOptions

export const extract: Runnable<ExtractFlags, ExtractRun> = {
  name: 'uc-extract',
  brief: 'Read the time and the user id out of raw frames',
  usage: 'uc-extract [OPTION…] [FILE…]',
  reads: 'NDJSON frames from files (plain, gzip or zstd) or standard input, which is also -',
  writes: '{"ts":1468244384,"uid":"…"} per frame',
  takes: { words: 'FILE', most: Infinity },
  options: { ...input, ...groupKeys, idle: time.idle, ...reporting },
  example: 'uc-extract --uid-key user.id log.jsonl.gz | uc-window --day | uc-count',
  plan: async (parsed) => {
    const { idle: idleMs } = parsed.values
    return { read: await readPlan(parsed), output: outputPlan(parsed), idleMs }
  },
  load: () => import('./run/uc-extract.ts'),
}

export const window: Runnable<WindowFlags, WindowRun> = {
  name: 'uc-window',
  brief: 'Give each frame its windows of time',
  usage: 'uc-window [OPTION…]',
  reads: 'the lines of uc-extract from standard input',
  writes: '{"uid":"…","windows":{"minute":1468244340}} per frame',
  options: { ...kinds, ...time, ...reporting },
  example: 'uc-extract log.jsonl | uc-window --minute --day --tz Europe/Zurich | uc-count',
  plan: async (parsed) => {
    const { strict } = parsed.values
    return { windowing: await windowingOf(timePlan(parsed)), output: outputPlan(parsed), strict }
  },
  load: () => import('./run/uc-window.ts'),
}

export const count: Runnable<CountFlags, CountRun> = {
  name: 'uc-count',
  brief: 'Count the unique users of each window',
  usage: 'uc-count [OPTION…]',
  reads: 'the lines of uc-window from standard input',
  writes: '{"window":"minute","start":1468244340,…,"users":16193,…} per window, when it closes',
  options: { ...counting, ...groupLines, ...output, ...lines, ...reporting },
  example: 'uc-extract log.jsonl | uc-window | uc-count --format tsv',
  plan: (parsed) => {
    const { strict } = parsed.values
    return { output: outputPlan(parsed), counting: countPlan(parsed), strict }
  },
  load: () => import('./run/uc-count.ts'),
}

export const pipeline: Runnable<PipelineFlags, PipelinePlan> = {
  name: 'uc-pipeline',
  brief: 'Extract, window and count in one process, many times faster',
  usage: 'uc-pipeline [OPTION…] [FILE…]',
  reads: `${extract.reads}; or a topic`,
  writes: `${count.writes}; or a topic`,
  takes: { words: 'FILE', most: Infinity },
  options: {
    ...input,
    ...kinds,
    ...time,
    ...groupKeys,
    ...groupLines,
    ...counting,
    ...output,
    ...lines,
    ...state,
    ...kafkaSwitches,
    ...kafkaRead,
    ...kafkaPartials,
    disjoint: merging.disjoint,
    ...kafkaState,
    ...kafkaWrite,
    ...kafka,
    ...reporting,
  },
  example: 'uc-pipeline --minute --day --month log.jsonl.gz',
  plan: pipelinePlan,
  load: () => import('./run/uc-pipeline.ts'),
}

export const merge: Runnable<MergeFlags, MergeRun> = {
  name: 'uc-merge',
  brief: 'Unite result lines of several runs, or roll them up',
  usage: 'uc-merge [OPTION…] [FILE…]',
  reads:
    'result lines with sets or sketches from files (plain, gzip or zstd) or standard input; or a topic',
  writes: 'one line per window and group, in order of time; or a topic',
  takes: { words: 'FILE', most: Infinity },
  options: {
    ...merging,
    ...groupLines,
    partial: counting.partial,
    zero: lines.zero,
    rolling: kinds.rolling,
    weekStart: kinds.weekStart,
    lateness: time.lateness,
    order: time.order,
    maxLine: input.maxLine,
    zstdWindow: input.zstdWindow,
    format: output.format,
    early: output.early,
    out: output.out,
    ...kafkaSwitches,
    group: kafkaRead.group,
    partialsTopic: kafkaPartials.partialsTopic,
    stopAt: kafkaRead.stopAt,
    ...kafkaState,
    ...kafkaWrite,
    ...kafka,
    ...reporting,
  },
  example: 'uc-merge --to hour,day eu.ndjson us.ndjson',
  plan: mergeRunPlan,
  load: () => import('./run/uc-merge.ts'),
}

export const fromKafka: Runnable<FromKafkaFlags, FromKafkaPlan> = {
  name: 'uc-from-kafka',
  brief: 'Write the messages of topics as lines',
  usage: 'uc-from-kafka [OPTION…] [TOPIC…]',
  reads: 'the topics that are named, or the one of --topic',
  writes: 'each value as a line, and marks that say which partition it is of',
  takes: { words: 'TOPIC', most: Infinity },
  options: {
    ...kafkaRead,
    ...fromKafkaOnly,
    ...kafka,
    stats: reporting.stats,
    progress: reporting.progress,
    maxMemory: reporting.maxMemory,
  },
  example: 'uc-from-kafka frames --stop-at end | uc-extract | uc-window | uc-count',
  plan: fromKafkaPlan,
  load: () => import('./run/uc-from-kafka.ts'),
}

export const toKafka: Runnable<ToKafkaFlags, ToKafkaPlan> = {
  name: 'uc-to-kafka',
  brief: 'Write lines to a topic',
  usage: 'uc-to-kafka [OPTION…] TOPIC',
  reads: 'lines from standard input',
  writes: 'each line as a message of the topic',
  takes: { words: 'TOPIC', most: 1 },
  options: {
    ...toKafkaOnly,
    create: kafkaWrite.create,
    compact: kafkaWrite.compact,
    compression: kafkaWrite.compression,
    ...kafka,
    ...reporting,
  },
  example: 'uc-pipeline log.jsonl | uc-to-kafka unique-users --create 1 --compact',
  plan: toKafkaPlan,
  load: () => import('./run/uc-to-kafka.ts'),
}

export const shownState: Runnable<StateShownOptions, StateShownPlan> = {
  name: 'uc-state',
  brief: 'Show what a state holds, or empty it',
  usage: 'uc-state [OPTION…] DIR | --kafka',
  reads: 'the folder of --state, or the topic of a group, also while a run has it open',
  writes: 'its inputs, windows, users, size and age, as a table or JSON',
  takes: { words: 'DIR', most: 1 },
  options: stateShown,
  example: 'uc-state --format table s',
  exits: ['failed', 'usage', 'interrupted', 'terminated'],
  plan: stateShownPlan,
  load: () => import('./run/uc-state.ts'),
}

export const generate: Runnable<GeneratingOptions, GeneratePlan> = {
  name: 'uc-generate',
  brief: 'Generate frames like the real ones, repeatable by seed',
  usage: 'uc-generate [OPTION…]',
  reads: 'nothing',
  writes: 'NDJSON frames to standard output, or to a file with -o',
  options: generating,
  example: 'uc-generate -c 1M -r 1000 -n 100k --gz -o stream.jsonl.gz --truth truth.json',
  exits: ['failed', 'usage', 'interrupted', 'terminated'],
  plan: generatePlan,
  load: () => import('./run/uc-generate.ts'),
}

/** In the order in which the overview lists them. */
export const commands: readonly AnyRunnable[] = [
  pipeline,
  extract,
  window,
  count,
  merge,
  fromKafka,
  toKafka,
  shownState,
  generate,
]

const everyExit: readonly ErrorCode[] = ['failed', 'usage', 'refused', 'interrupted', 'terminated']

/** What an exit status says, for help and README. */
export const exitMeaning: Readonly<Record<ErrorCode, string>> = {
  failed: 'failed at run time',
  usage: 'wrong usage, nothing was read or written',
  refused: 'data refused: --strict met a bad line, or not one line was a frame',
  interrupted: 'ended by Ctrl-C',
  terminated: 'ended by SIGTERM',
}

/** The exits of a command as status and meaning, 0 first. */
export function exitsOf(
  { exits = everyExit }: AnyCommand,
): readonly (readonly [number, string])[] {
  return [[0, 'done'], ...exits.map((code) => [exitStatus[code], exitMeaning[code]] as const)]
}

/** The command of that name, with or without `uc-`. */
export function commandNamed(name: string): AnyRunnable | undefined {
  return commands.find((command) => command.name === name || command.name === `uc-${name}`)
}

/** The options in groups, each as its table has them. */
export function groupsOf({ options }: AnyCommand): ReadonlyMap<string, readonly AnyOption[]> {
  const groups = new Map<string, AnyOption[]>()
  for (const option of Object.values(options)) {
    groups.set(option.group, [...(groups.get(option.group) ?? []), option])
  }
  return groups
}
