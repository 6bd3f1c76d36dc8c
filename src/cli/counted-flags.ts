/** The flags that decide what is counted, and how: a state goes on with the same. */
import { durationName } from '../time/duration.ts'
import type { PipelineFlags } from './commands.ts'
import { type AnyOption, flagOf, type Parsed } from './option.ts'

export interface CountedFlags {
  /** The value of each, as text. */
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
  'maxRejects',
  'rejects',
  'stats',
  'progress',
  'maxMemory',
  'zstdWindow',
  'disjoint', // of topics alone: see there
  'threads',
]

export function countedFlags(parsed: Parsed<PipelineFlags>): CountedFlags {
  return {
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
  if (fallback === undefined) return repeatable === true ? [] : undefined
  return repeatable === true ? [parse(fallback)] : parse(fallback)
}

function textOf(value: unknown, option: AnyOption): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return value
  if (typeof value === 'number' && option.value === 'DURATION') return durationName(value)
  if (option.repeatable === true && option.fallback !== undefined) {
    const [only, ...more] = value as readonly unknown[]
    if (more.length === 0) return String(only) // as when it could stand once only
  }
  const parts: unknown = Array.isArray(value) ? value.flat() : value
  return JSON.stringify(parts, (_, part: unknown) => part instanceof Map ? [...part] : part)
}
