/** Writes the frames of a topic little by little, whatever becomes of the broker meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import { below, type Random } from '../../src/generate/random.ts'
import { patientKafka } from '../support/topics.ts'
import type { FrameMessage } from './topic-stream.ts'

export interface FeederOptions {
  readonly brokers: string
  readonly topic: string
  readonly messages: readonly FrameMessage[]
  /** What all take, about, at full speed. */
  readonly durationMs: number
  /** From 0 to 1: when more than that is written, the rest takes longer. */
  share(): number
}

/** Most of a pause between two writes. */
const pauseMs = 200
const hurriedMessages = 5000
/** So much slower are frames that are ahead of what is asked for. */
const slower = 5

export class Feeder {
  readonly #options: FeederOptions
  readonly #random: Random
  #isHurried = false
  #isStopped = false
  readonly #ended: Promise<void>
  #fed = 0

  constructor(random: Random, options: FeederOptions) {
    this.#random = random
    this.#options = options
    this.#ended = this.#feed()
    this.#ended.catch(() => {}) // told by `end`
  }

  /** Writes at once what is left. */
  async end(): Promise<void> {
    this.#isHurried = true
    await this.#ended
  }

  /** Leaves what is not written. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#ended.catch(() => {})
  }

  async #feed(): Promise<void> {
    const { brokers, messages, durationMs, share } = this.#options
    const most = Math.ceil(messages.length * pauseMs / durationMs)
    const producer = patientKafka(brokers).producer()
    await producer.connect()
    try {
      while (this.#fed < messages.length && !this.#isStopped) {
        const isAhead = this.#fed > share() * messages.length
        const wanted = 1 + below(this.#random, isAhead ? Math.ceil(most / slower) : most)
        const count = this.#isHurried ? hurriedMessages : wanted
        await this.#send(producer, messages.slice(this.#fed, this.#fed + count))
        this.#fed += count
        if (!this.#isHurried) await sleep(below(this.#random, pauseMs))
      }
    } finally {
      await producer.disconnect()
    }
  }

  /** Until it is written; one that is written twice is twice in the stream. */
  async #send(producer: Producer, messages: readonly FrameMessage[]): Promise<void> {
    const { topic } = this.#options
    for (let attempts = 1;; attempts++) {
      try {
        await producer.send({ topic, messages: [...messages] })
        return
      } catch (error) {
        if (attempts === 5) throw error
      }
    }
  }
}
