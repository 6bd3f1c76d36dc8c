/** What --state and what belongs to it come to. */
import { UcError } from '../errors.ts'
import { durationName } from '../time/duration.ts'
import type { PipelineFlags } from './commands.ts'
import { type AnyOption, flagOf, type Parsed } from './option.ts'
import { state } from './options/state.ts'
import { contradiction } from './plan.ts'

export interface StatePlan {
  readonly folder: string
  readonly checkpointMs: number
  /** Whether the end of the input ends the stream. */
  readonly closes: boolean
  /** Whether positions are shown, and nothing is read. */
  readonly showsPosition: boolean
  /** Of the flags that decide what is counted, and how: the value, as text. */
  readonly flags: ReadonlyMap<string, string>
  /** What they are unless given: so counted the uc that saved the state and had no such flag. */
  readonly defaults: ReadonlyMap<string, string>
}

/** Those that may be others from run to run. */
const free = [
  'out',
  'state',
  'checkpoint',
  'close',
  'position',
  'early',
  'strict',
  'rejects',
  'stats',
  'progress',
  'maxMemory',
  'zstdWindow',
  'threads',
]

export function statePlan(
  parsed: Parsed<PipelineFlags>,
  hasTopics: boolean,
): StatePlan | undefined {
  const { values, given } = parsed
  const { state: folder, checkpoint, close, position } = values
  if (folder === undefined) {
    const useless = [state.checkpoint, state.close, state.position].find((each) => given.has(each))
    if (useless === undefined) return undefined
    throw new UcError('usage', `${flagOf(useless)} is about a state; add --state DIR`)
  }
  const beside = close ? '--close' : parsed.files.length > 0 ? 'files' : undefined
  if (position && beside !== undefined) {
    throw contradiction(`--position and ${beside}`, 'leave one out, as it reads nothing')
  }
  const without: readonly (readonly [string, boolean])[] = [
    ['--kafka', values.kafka],
    ['--to-kafka', hasTopics],
  ]
  const [flag] = without.find(([, isGiven]) => isGiven) ?? []
  if (flag !== undefined) throw contradiction(`--state and ${flag}`, 'leave one out')
  return {
    folder,
    checkpointMs: checkpoint,
    closes: close,
    showsPosition: position,
    flags: new Map(textsOf(parsed, (key) => parsed.values[key])),
    defaults: new Map(textsOf(parsed, (_, option) => defaultOf(option))),
  }
}

function* textsOf(
  { options }: Parsed<PipelineFlags>,
  valueOf: (key: keyof PipelineFlags, option: AnyOption) => unknown,
): Generator<[string, string]> {
  for (const [key, option] of Object.entries(options) as [keyof PipelineFlags, AnyOption][]) {
    if (free.includes(key) || option.group === 'Kafka') continue
    const value = valueOf(key, option)
    if (value !== undefined) yield [flagOf(option), textOf(value, option)]
  }
}

function defaultOf({ repeatable, fallback, parse }: AnyOption): unknown {
  if (repeatable === true) return []
  return fallback === undefined ? undefined : parse(fallback)
}

function textOf(value: unknown, option: AnyOption): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return value
  if (typeof value === 'number' && option.value === 'DURATION') return durationName(value)
  return JSON.stringify(value, (_, part: unknown) => part instanceof Map ? [...part] : part)
}
