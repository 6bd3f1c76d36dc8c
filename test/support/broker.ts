/**
 * The Kafka that tests talk to: a broker of their own, started by .ci/broker.js, or the cluster
 * that UC_TEST_BROKERS names. Without Java or Maven such tests are skipped, which is said; with
 * UC_REQUIRE_BROKER=1 they fail instead. A test file that ends, in whatever way, ends its broker.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { root } from './paths.ts'

/** Addresses as in `bootstrap.servers`, and files in PEM. */
export interface TlsListeners {
  /** Asks for no certificate; shows one by `ca`, for localhost and 127.0.0.1. */
  readonly brokers: string
  /** Asks for the client's `certificate`, which has the `key`. */
  readonly mutual: string
  /** Shows a certificate that expired yesterday. */
  readonly expired: string
  /** Shows a certificate for other.example. */
  readonly wrongHost: string
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** SCRAM-SHA-256, SCRAM-SHA-512 and PLAIN all know the user. */
export interface ScramListeners {
  readonly brokers: string
  /** The same over TLS. */
  readonly tls: string
  readonly user: string
  readonly password: string
}

/** What .ci/broker.js says when the broker is ready. */
interface Description {
  readonly brokers: string
  readonly tls: TlsListeners
  readonly scram: ScramListeners
  readonly pid: number
  readonly folder: string
}

/** On a cluster that is not ours all but `brokers`, `isOurs` and `stop` throws. */
export interface Broker extends Description {
  readonly isOurs: boolean
  /** Ends the broker and starts it again, at the same addresses with the same topics. */
  restart(): Promise<void>
  down(): Promise<void>
  /** Ends it by kill -9; `up` starts it again. */
  crash(): Promise<void>
  up(): Promise<void>
  /** Ends the broker for good and removes its folder. */
  stop(): Promise<void>
}

export const brokerScript: string = join(root, '.ci/broker.js')

const cluster = process.env['UC_TEST_BROKERS'] ?? ''

/** For the `skip` of a test that calls `startBroker`. */
export const skipReason: string | false = findSkipReason()

/** For the `skip` of a test that uses more of the broker than its address. */
export const ownSkipReason: string | false = cluster === ''
  ? skipReason
  : 'UC_TEST_BROKERS names a cluster that is not ours'

export function hasBroker(): boolean {
  return skipReason === false
}

function findSkipReason(): string | false {
  if (cluster !== '' || process.env['UC_REQUIRE_BROKER'] === '1') return false
  const { status, stderr } = spawnSync(process.execPath, [brokerScript, 'check'], {
    encoding: 'utf8',
  })
  if (status === 0) return false
  const reason = `no Kafka: ${stderr.trim()}`
  process.stderr.write(`tests are skipped: ${reason}; UC_REQUIRE_BROKER=1 makes that a failure\n`)
  return reason
}

export async function startBroker(): Promise<Broker> {
  if (cluster !== '') return foreignBroker(cluster)
  const script = new Script()
  let description = await script.description()
  const ask = async (command: string) => {
    description = await script.description(command)
  }
  return {
    get brokers() {
      return description.brokers
    },
    get tls() {
      return description.tls
    },
    get scram() {
      return description.scram
    },
    get pid() {
      return description.pid
    },
    get folder() {
      return description.folder
    },
    isOurs: true,
    restart: () => ask('restart'),
    down: async () => {
      await script.line('stop')
    },
    crash: async () => {
      await script.line('crash')
    },
    up: () => ask('go'),
    stop: () => script.end(),
  }
}

function foreignBroker(brokers: string): Broker {
  const refuse = (): never => {
    throw new Error('this test wants a broker of its own; run it without UC_TEST_BROKERS')
  }
  return {
    brokers,
    get tls() {
      return refuse()
    },
    get scram() {
      return refuse()
    },
    get pid() {
      return refuse()
    },
    get folder() {
      return refuse()
    },
    isOurs: false,
    restart: () => Promise.resolve().then(refuse),
    down: () => Promise.resolve().then(refuse),
    crash: () => Promise.resolve().then(refuse),
    up: () => Promise.resolve().then(refuse),
    stop: () => Promise.resolve(),
  }
}

/** The running .ci/broker.js: says one line when it is ready, and one for each command. */
class Script {
  readonly #child: ChildProcess & { readonly stdin: Writable; readonly stdout: Readable }
  readonly #lines: AsyncIterator<string>

  constructor() {
    const child = spawn(process.execPath, [brokerScript, 'start'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.on('error', () => {}) // it has ended, which the next line tells
    this.#child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  async description(command?: string): Promise<Description> {
    return JSON.parse(await this.line(command)) as Description
  }

  /** Only while a test waits for it may the broker keep the test's process alive. */
  async line(command?: string): Promise<string> {
    const pipe = this.#child.stdout as Socket // which a child's pipes are
    this.#child.ref()
    pipe.ref()
    if (command !== undefined) this.#child.stdin.write(`${command}\n`)
    const { done, value } = await this.#lines.next()
    this.#child.unref()
    pipe.unref()
    if (done) throw new Error('the broker ended; it wrote why to standard error')
    return value
  }

  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return
    this.#child.ref()
    this.#child.stdin.end()
    await once(this.#child, 'exit')
  }
}
