/** What --processes comes to: the arguments of those who share the topic, and what unites them. */
import type { PipelineFlags } from './commands.ts'
import { partialsTopicOf, stateTopicOf, type TopicPlan } from './kafka-plan.ts'
import { mergedGroupOf, unitedState } from './merge-plan.ts'
import { type AnyOption, flagOf, type Parsed } from './option.ts'
import { kafkaPartials, kafkaState, kafkaSwitches, kafkaWrite } from './options/kafka.ts'
import { output } from './options/output.ts'
import { reporting } from './options/reporting.ts'
import type { ManyProcesses } from './pipeline-plan.ts'
import { contradiction } from './plan.ts'

/** What this process does with the lines, and the others do not. */
const ofThisOne: readonly AnyOption[] = [
  kafkaSwitches.toKafka,
  kafkaPartials.processes,
  kafkaState.atLeastOnce,
  ...Object.values(kafkaWrite),
  ...Object.values(output),
  reporting.rejects,
  reporting.stats,
  reporting.progress,
]

/** Undefined where it is not given. */
export function manyProcesses(
  parsed: Parsed<PipelineFlags>,
  topics: TopicPlan | undefined,
): ManyProcesses | undefined {
  const { values: { processes: count, rejects, stats }, given } = parsed
  if (count === undefined) return undefined
  const { group, state } = topics!.read!
  if (given.has(kafkaPartials.partials)) {
    throw contradiction('--processes and --partials', 'leave one out: --processes unites by itself')
  }
  const partials = partialsTopicOf(group)
  const merged = mergedGroupOf(group)
  const flags = [...given].filter(([option]) => !ofThisOne.includes(option))
    .flatMap(([option, texts]) => {
      return texts.length === 0
        ? [flagOf(option)]
        : texts.map((text) => `${flagOf(option)}=${text}`)
    })
  return {
    count,
    argsOf: (number) => [
      ...flags,
      flagOf(kafkaPartials.partials),
      `${flagOf(kafkaPartials.partialsTopic)}=${partials}`,
      `${flagOf(kafkaWrite.create)}=1`,
      '--no-progress',
      ...(rejects === undefined ? [] : [`${flagOf(reporting.rejects)}=${rejects}.${number}`]),
      ...(stats === undefined || stats === '-'
        ? []
        : [`${flagOf(reporting.stats)}=${stats}.${number}`]),
    ],
    topics: {
      connection: topics!.connection,
      read: {
        topic: partials,
        group: merged,
        startAt: 'stored',
        stopAt: 'never',
        state: unitedState(stateTopicOf(merged), state.commitEveryMs),
      },
      write: topics!.write,
      create: { partitions: 1, config: {} },
    },
  }
}
