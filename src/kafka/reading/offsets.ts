/** Where to begin and where to end in the partitions of a topic. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { grouped } from '../../io/result-format.ts'
import { patiently } from '../brokers/patiently.ts'
import { storedOffsets } from './stored-offsets.ts'

/** A time is that of the messages, unix milliseconds. */
export type StartAt = 'beginning' | 'end' | 'stored' | number
export type StopAt = 'never' | 'end' | number

export interface OffsetSpan {
  /** Offset of the first message to read. */
  readonly start: number
  /** Offset behind the last one; undefined where there is no end. */
  readonly stop: number | undefined
  /** Behind the last message that is there now. */
  readonly high: number
}

export interface SpanOptions {
  readonly admin: Admin
  readonly topic: string
  /** Those that are asked for. */
  readonly partitions: readonly number[]
  readonly group: string
  readonly startAt: StartAt
  readonly stopAt: StopAt
  /** What stands for what the group has stored: offsets by partition. */
  readonly stored?: ReadonlyMap<number, number> | undefined
  /** Told of messages that are gone. */
  say(text: string): void
}

/** By partition. */
export async function spansOf(options: SpanOptions): Promise<ReadonlyMap<number, OffsetSpan>> {
  const { admin, topic, startAt, stopAt, say } = options
  await patiently(() => admin.fetchTopicMetadata({ topics: [topic] })) // else partitions that are new are missing
  let bounds = await patiently(() => admin.fetchTopicOffsets(topic))
  const stored = startAt === 'stored' ? await storedIn(options) : new Map<number, number>()
  const startsAt = typeof startAt === 'number' ? await offsetsAt(admin, topic, startAt) : undefined
  const stopsAt = typeof stopAt === 'number' ? await offsetsAt(admin, topic, stopAt) : undefined
  const asked = new Set(options.partitions)
  const isBehind = ({ partition, high }: { partition: number; high: string }) => {
    return asked.has(partition) && (stored.get(partition) ?? 0) > Number(high)
  }
  // A new leader may not know its own end yet
  for (let waitedMs = 0; waitedMs < settleMs && bounds.some(isBehind); waitedMs += 100) {
    await sleep(100)
    bounds = await patiently(() => admin.fetchTopicOffsets(topic))
  }
  return new Map(
    bounds.filter(({ partition }) => asked.has(partition)).map((bound) => {
      const { partition } = bound
      const [low, high] = [Number(bound.low), Number(bound.high)]
      const kept = stored.get(partition)
      const wanted = startAt === 'end' ? high : startsAt?.get(partition) ?? kept ?? low
      if (isBehind(bound)) throw behindEnd(`${topic}[${partition}]`, wanted, high)
      if (wanted < low) say(expired(`${topic}[${partition}]`, wanted, low))
      const start = Math.max(wanted, low)
      const stop = stopAt === 'never' ? undefined : stopsAt?.get(partition) ?? high
      return [partition, { start, stop, high }]
    }),
  )
}

/** What was to be read next, and how far its partition goes, and is read. */
interface Reading {
  readonly topic: string
  readonly partition: number
  readonly name: string
  readonly next: number
  readonly high: number
  readonly stop: number | undefined
}

/** Of a batch: its first message, and from where kafkajs has asked for it. */
interface Begun {
  readonly first: number
  /** Undefined where a version of kafkajs does not tell. */
  readonly asked: number | undefined
}

/**
 * Offsets are missing: markers of transactions and compaction leave such, and retention does. In
 * that case the broker has refused the offset, and kafkajs has asked for the first one there is.
 */
export async function explainGap(
  reading: Reading,
  { first, asked }: Begun,
  { admin, say }: Pick<SpanOptions, 'admin' | 'say'>,
): Promise<void> {
  const { topic, partition, name, next, high } = reading
  if (first < next) {
    if (high >= next) return // a batch begins before the offset that was asked for
    throw behindEnd(name, next, high)
  }
  if (asked === next) return
  const low = (await lowsOf(topic, admin)).get(partition) ?? 0
  if (low > next) say(deletedUpTo(low, reading))
}

/** The offsets of the first messages that are still there, by partition. */
export async function lowsOf(topic: string, admin: Admin): Promise<ReadonlyMap<number, number>> {
  const bounds = await boundsOf(topic, admin)
  return new Map(bounds.map(({ partition, low }) => [partition, low]))
}

/** Of each partition, the offset of the first message that is there, and that behind the last. */
export async function boundsOf(
  topic: string,
  admin: Admin,
): Promise<readonly { readonly partition: number; readonly low: number; readonly high: number }[]> {
  const bounds = await patiently(() => admin.fetchTopicOffsets(topic))
  return bounds.map(({ partition, low, high }) => {
    return { partition, low: Number(low), high: Number(high) }
  }).sort((a, b) => a.partition - b.partition)
}

/** Tells of those that were to be read. */
export function deletedUpTo(low: number, { name, next, stop = Infinity }: Reading): string {
  return expired(name, next, Math.min(low, stop))
}

/** What was stored belongs to another topic, of the same name. */
function behindEnd(name: string, wanted: number, high: number): UcError {
  return new UcError(
    'failed',
    `${name}: offset ${wanted} was asked for, and there are none from ${high} on; ` +
      'was the topic made anew? --start-at beginning reads it from its beginning',
  )
}

function expired(name: string, from: number, to: number): string {
  const [which, they] = to - from === 1
    ? [`message ${from}`, 'it was']
    : [`${grouped(to - from)} messages, ${from} to ${to - 1},`, 'they were']
  return `${name}: ${which} had been deleted by the topic's retention before ${they} read; ` +
    `going on at ${to}`
}

async function storedIn(options: SpanOptions): Promise<ReadonlyMap<number, number>> {
  if (options.stored !== undefined) return options.stored
  const stored = await storedOffsets(options)
  return new Map([...stored].map(([partition, { offset }]) => [partition, offset]))
}

async function offsetsAt(admin: Admin, topic: string, ms: number): Promise<Map<number, number>> {
  const answer = await patiently(() => admin.fetchTopicOffsetsByTimestamp(topic, ms))
  return new Map(answer.map(({ partition, offset }) => [partition, Number(offset)]))
}

const settleMs = 2000
