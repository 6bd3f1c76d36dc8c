/** Notes when lines of results come that were not there before, in a topic or in a file. */
import { closeSync, openSync, readSync } from 'node:fs'
import { patientKafka, type ReadOptions } from '../support/topics.ts'
import { paneOf } from './result-lines.ts'

const pollMs = 20

export class Arrivals {
  readonly #panes = new Set<string>()
  readonly #nameOf: (line: string) => string
  #waiting: (() => void)[] = []

  /** `nameOf`: lines of one name come once. */
  constructor(nameOf: (line: string) => string = paneOf) {
    this.#nameOf = nameOf
  }

  /** Panes so far. */
  get count(): number {
    return this.#panes.size
  }

  add(line: string): void {
    const { size } = this.#panes
    this.#panes.add(this.#nameOf(line))
    if (this.#panes.size === size) return
    for (const resume of this.#waiting.splice(0)) resume()
  }

  /** Waits for the next new pane, and at most `patienceMs`; whether one came. */
  async next(patienceMs: number): Promise<boolean> {
    const { count } = this
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    return this.count > count
  }
}

/** Runs `use` while a consumer looks at the topic; it outlives the broker's restarts. */
export async function withArrivalsIn<T>(
  { brokers, topic, isolation, nameOf }: ReadOptions & {
    readonly brokers: string
    readonly topic: string
    readonly nameOf?: (line: string) => string
  },
  use: (arrivals: Arrivals) => Promise<T>,
): Promise<T> {
  const arrivals = new Arrivals(nameOf)
  const consumer = patientKafka(brokers).consumer({
    groupId: `watch-${topic}-${isolation}`,
    readUncommitted: isolation === 'read_uncommitted',
    sessionTimeout: 2000, // after a crash of the broker it waits for its own predecessor
    heartbeatInterval: 500,
    rebalanceTimeout: 2000,
    retry: { retries: 100, maxRetryTime: 500, restartOnFailure: () => Promise.resolve(true) },
  })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage({ message }) {
        arrivals.add(message.value!.toString())
        return Promise.resolve()
      },
    })
    return await use(arrivals)
  } finally {
    await consumer.disconnect()
  }
}

/** The same of a file that others append lines to. */
export async function withArrivalsAt<T>(
  path: string,
  use: (arrivals: Arrivals) => Promise<T>,
): Promise<T> {
  const arrivals = new Arrivals()
  const file = openSync(path, 'a+')
  const chunk = new Uint8Array(65_536)
  const decoder = new TextDecoder()
  let at = 0
  let rest = ''
  const timer = setInterval(() => {
    for (;;) {
      const bytes = readSync(file, chunk, { position: at })
      if (bytes === 0) return
      at += bytes
      const lines = (rest + decoder.decode(chunk.subarray(0, bytes), { stream: true })).split('\n')
      rest = lines.pop()!
      for (const line of lines) arrivals.add(line)
    }
  }, pollMs)
  try {
    return await use(arrivals)
  } finally {
    clearInterval(timer)
    closeSync(file)
  }
}
