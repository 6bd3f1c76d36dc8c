/**
 * Partial panes on their way to a topic: those of a source, with the marks around them. A window has
 * one partition, that of its name, so that who reads that one has all of it; marks go to all.
 */
import type { Message } from 'kafkajs'
import type { PartialPane } from '../../ndjson/partial.ts'
import { partialLine } from '../../ndjson/partial.ts'
import { type PartialHead, type PartialMark, partialMarkLine } from '../../ndjson/partial-mark.ts'
import type { PartialsOut, PartialsStage } from '../../stages/partials.ts'
import { windowKey } from '../../records.ts'
import type { Compression } from '../codecs/compression.ts'
import type { TopicMessages } from './transactions.ts'

export interface PartialLinesOptions {
  readonly topic: string
  /** Of that topic. */
  readonly partitions: number
  readonly compression: Compression
  readonly mostBatchBytes: number | undefined
  /** Of the frames: the partition, its name, and how many there are. */
  readonly source: number
  readonly name: string
  readonly of: number
  /** Asks for `of` as it is by now, before each commit; undefined: it may change. */
  readonly nowOf: (() => Promise<number>) | undefined
  readonly plan: string
  readonly stage: PartialsStage
  /** Offset of the frame that is counted next; undefined before anything is. */
  next(): number | undefined
}

export class PartialLines {
  readonly #options: PartialLinesOptions
  #messages: Message[] = []
  /** Stands before the messages. */
  #head: Pick<PartialHead, 'from' | 'next'> | undefined
  /** Up to there it is told. */
  #told: number | undefined

  constructor(options: PartialLinesOptions) {
    this.#options = options
  }

  /** Nothing was read yet of what follows. */
  begin(): void {
    this.#told = this.#options.next()
  }

  get waiting(): number {
    const isBegun = this.#head !== undefined || this.#options.stage.isDue
    return this.#messages.length + (isBegun ? 1 : 0)
  }

  gather(): void {
    if (this.#options.next() !== undefined) this.#options.stage.pass((message) => this.add(message))
  }

  add(message: PartialsOut): void {
    if (message.type === 'reject' || message.type === 'header' || message.type === 'end') return
    this.#head ??= this.#next()
    if (message.type === 'partial') this.#addPane(message)
    else if (message.type !== 'source') this.#messages.push(...this.#toAll(message))
  }

  async take(): Promise<readonly TopicMessages[]> {
    const { topic, compression, mostBatchBytes, source, name, of, nowOf, plan } = this.#options
    const [head, messages] = [this.#head, this.#messages]
    this.#head = undefined
    this.#messages = []
    if (head === undefined) return []
    // All frames in these panes have been read by now, so that none was keyed to more partitions.
    const ofNow = nowOf === undefined ? of : Math.max(await nowOf(), source + 1)
    const first = this.#toAll({ type: 'partial-head', source, name, of: ofNow, ...head, plan })
    return [{ topic, compression, mostBatchBytes, messages: [...first, ...messages] }]
  }

  #next(): Pick<PartialHead, 'from' | 'next'> {
    const next = this.#options.next()!
    const from = this.#told ?? next
    this.#told = next
    return { from, next }
  }

  #addPane(pane: PartialPane): void {
    const key = windowKey({ window: pane.kind, start: pane.startMs / 1000 })
    const partition = placeOf(key, this.#options.partitions)
    this.#messages.push({ partition, key, value: partialLine(pane).trimEnd() })
  }

  #toAll(mark: PartialMark): Message[] {
    const value = partialMarkLine(mark).trimEnd()
    return Array.from({ length: this.#options.partitions }, (_, partition) => {
      return { partition, key: `source/${mark.source}`, value }
    })
  }
}

/** By FNV-1a, which has to stay: a window whose panes are in two partitions is counted twice. */
function placeOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % partitions
}
