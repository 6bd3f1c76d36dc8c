/**
 * Partial panes on their way to a topic: those of a source, with the marks around them. A window has
 * one partition, that of its name, so that who reads that one has all of it; marks go to all.
 */
import type { Message } from 'kafkajs'
import type { PartialPane } from '../../ndjson/partial.ts'
import { partialLine } from '../../ndjson/partial.ts'
import { type PartialMark, partialMarkLine } from '../../ndjson/partial-mark.ts'
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
  readonly plan: string
  readonly stage: PartialsStage
  /** Offset of the frame that is counted next; undefined before anything is. */
  next(): number | undefined
}

export class PartialLines {
  readonly #options: PartialLinesOptions
  #messages: Message[] = []
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
    return this.#messages.length + (this.#options.stage.isDue ? 1 : 0)
  }

  gather(): void {
    if (this.#options.next() !== undefined) this.#options.stage.pass((message) => this.add(message))
  }

  add(message: PartialsOut): void {
    if (message.type === 'reject' || message.type === 'header' || message.type === 'end') return
    if (this.#messages.length === 0) this.#begin()
    if (message.type === 'partial') this.#addPane(message)
    else if (message.type !== 'source') this.#toAll(message)
  }

  take(): readonly TopicMessages[] {
    const { topic, compression, mostBatchBytes } = this.#options
    const messages = this.#messages
    this.#messages = []
    return [{ topic, compression, mostBatchBytes, messages }]
  }

  #begin(): void {
    const { source, name, of, plan, next: reached } = this.#options
    const next = reached()!
    this.#toAll({ type: 'partial-head', source, name, of, from: this.#told ?? next, next, plan })
    this.#told = next
  }

  #addPane(pane: PartialPane): void {
    const key = windowKey({ window: pane.kind, start: pane.startMs / 1000 })
    const partition = placeOf(key, this.#options.partitions)
    this.#messages.push({ partition, key, value: partialLine(pane).trimEnd() })
  }

  #toAll(mark: PartialMark): void {
    const value = partialMarkLine(mark).trimEnd()
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      this.#messages.push({ partition, key: `source/${mark.source}`, value })
    }
  }
}

/** By FNV-1a, which has to stay: a window whose panes are in two partitions is counted twice. */
function placeOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % partitions
}
