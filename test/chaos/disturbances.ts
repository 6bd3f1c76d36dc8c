/** What happens to a group of processes that counts a topic, and to its broker, one after the other. */
import assert from 'node:assert/strict'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { below, pick, type Random } from '../../src/generate/random.ts'
import type { Broker } from '../support/broker.ts'
import { kill, until } from '../support/kafka-runs.ts'
import type { Running } from '../support/running.ts'
import type { Arrivals } from './arrivals.ts'
import { says, standsByFromNow } from './sayings.ts'
import type { Tally } from './tally.ts'

export interface DisturbanceOptions {
  readonly broker: Broker
  readonly random: Random
  readonly tally: Tally
  /** Of the group. */
  readonly sessionMs: number
  /** What anybody can read: lines of transactions that have committed. */
  readonly shown: Arrivals
  /** All lines that are sent. */
  readonly sent: Arrivals
  start(): Running
  /** Notes what happens, for the message of a failure. */
  tell(text: string): void
}

/** Longer than a start, and than the time in which the broker misses a dead process. */
const patienceMs = 10_000
/** No process writes a line so soon after its start: it is one of the process before. */
const leastMs = 250
/** Longer than any session here. */
const longMs = 17_000
const stoppedStatus = 143

export class Disturbances {
  readonly #options: DisturbanceOptions
  #owner: Running
  /** What happens; as often as it stands here. */
  readonly #all: readonly (() => Promise<void>)[] = [
    ...Array<() => Promise<void>>(4).fill(() => this.#killAt(below(this.#options.random, 5000))),
    ...Array<() => Promise<void>>(3).fill(() => this.#killAt(below(this.#options.random, 1500))),
    ...Array<() => Promise<void>>(5).fill(() => this.#killAfter(this.#options.sent, 30)),
    ...Array<() => Promise<void>>(4).fill(() => this.#killAfter(this.#options.shown, 1200)),
    () => this.#stop(),
    () => this.#stop(),
    () => this.#suspendOwner(),
    () => this.#suspendOwner(),
    () => this.#suspendNewOwner(),
    () => this.#suspendAlone(),
    () => this.#suspendAlone(),
    () => this.#crashBroker(),
    () => this.#crashBroker(),
    () => this.#pauseBroker(),
  ]

  constructor(options: DisturbanceOptions) {
    this.#options = options
    this.#owner = options.start()
  }

  async next(): Promise<void> {
    await pick(this.#options.random, this.#all)()
  }

  /** Ends the last process, one way or the other. */
  async end(): Promise<void> {
    if (below(this.#options.random, 2) === 0) await this.#kill(this.#owner)
    else await this.#terminate(this.#owner)
  }

  async #killAt(ms: number): Promise<void> {
    await sleep(ms)
    await this.#killOwner(`${ms} ms after its start`)
  }

  /** Soon after a line: in mid-transaction, or between two. */
  async #killAfter(arrivals: Arrivals, mostMs: number): Promise<void> {
    await sleep(leastMs)
    const hasCome = await arrivals.next(patienceMs)
    const ms = below(this.#options.random, mostMs)
    await sleep(ms)
    await this.#killOwner(hasCome ? `${ms} ms after a line` : 'without a line')
  }

  async #stop(): Promise<void> {
    await sleep(below(this.#options.random, 4000))
    await this.#terminate(this.#owner)
    this.#restart()
  }

  async #suspendOwner(): Promise<void> {
    const [owner, standby] = await this.#withStandby()
    if (below(this.#options.random, 2) === 0) await this.#options.shown.next(patienceMs)
    await this.#suspend(owner, standby)
  }

  /** In the middle of what it does when it takes over. */
  async #suspendNewOwner(): Promise<void> {
    const { start, random, sessionMs } = this.#options
    const [owner, standby] = await this.#withStandby()
    const takesOver = says(standby, /goes on from the state/, patienceMs + sessionMs)
    await this.#kill(owner)
    const third = start()
    await takesOver
    if (below(random, 2) === 0) await sleep(below(random, 50))
    await this.#suspend(standby, third)
  }

  /** Another one takes over while the owner is suspended, which then goes on as if nothing were. */
  async #suspend(zombie: Running, other: Running): Promise<void> {
    const { shown, tally, tell, random, sessionMs } = this.#options
    this.#isAlive(zombie)
    const sinceMs = performance.now()
    zombie.child.kill('SIGSTOP')
    tally.zombies++
    await sleep(sessionMs)
    const hasTakenOver = await shown.next(patienceMs)
    const ms = performance.now() - sinceMs
    if (hasTakenOver) tally.takeoverMs.push(ms)
    tell(`suspended for ${Math.round(ms)} ms, ${hasTakenOver ? 'the other goes on' : 'no line'}`)
    const standsBy = standsByFromNow(zombie)
    zombie.child.kill('SIGCONT')
    await sleep(below(random, 3000))
    if (hasTakenOver && below(random, 2) === 0) {
      const isHeard = () => standsBy() || zombie.child.exitCode !== null
      await until('the zombie says why it stands by', isHeard, patienceMs + sessionMs)
    }
    this.#isAlive(zombie)
    const killed = pick(random, [zombie, other])
    this.#owner = killed === zombie ? other : zombie
    await this.#kill(killed)
    tell(`killed the ${killed === zombie ? 'zombie' : 'other'}`)
  }

  /** Maybe in mid-transaction, and for longer than the group waits for a member. */
  async #suspendAlone(): Promise<void> {
    const { sent, tally, tell, random, sessionMs } = this.#options
    const owner = this.#owner
    await this.#begun()
    await sent.next(below(random, patienceMs))
    await sleep(below(random, 10))
    const ms = pick(random, [500, sessionMs + 2000, longMs])
    this.#isAlive(owner)
    owner.child.kill('SIGSTOP')
    tally.suspensions++
    await sleep(ms)
    owner.child.kill('SIGCONT')
    tell(`suspended alone for ${ms} ms`)
    await sent.next(below(random, patienceMs))
    this.#isAlive(owner)
  }

  /** The owner of the topic, and another one, which is told to stand by. */
  async #withStandby(): Promise<[owner: Running, standby: Running]> {
    const { start, sessionMs } = this.#options
    const [first, second] = [this.#owner, start()]
    const [firstSays, secondSays] = [standsByFromNow(first), standsByFromNow(second)]
    const isOneStandby = () => firstSays() || secondSays()
    await until('one of two stands by', isOneStandby, patienceMs + sessionMs)
    return firstSays() ? [second, first] : [first, second]
  }

  async #crashBroker(): Promise<void> {
    const { broker, random, tally, tell } = this.#options
    await this.#begun()
    await sleep(below(random, 3000))
    tally.brokerCrashes++
    await broker.crash()
    await sleep(below(random, 3000))
    await broker.up()
    tell('crashed the broker')
    await sleep(below(random, 3000))
    this.#isAlive(this.#owner)
  }

  async #pauseBroker(): Promise<void> {
    const { broker, random, tally, tell } = this.#options
    const { pid } = broker
    const ms = 1000 + below(random, 6000)
    await this.#begun()
    await sleep(below(random, 3000))
    tally.brokerPauses++
    process.kill(pid, 'SIGSTOP')
    await sleep(ms)
    process.kill(pid, 'SIGCONT')
    tell(`paused the broker for ${ms} ms`)
    await sleep(below(random, 3000))
    this.#isAlive(this.#owner)
  }

  /** One that has not reached a broker yet may end where there is none. */
  async #begun(): Promise<void> {
    const owner = this.#owner
    await until('a process begins', () => owner.stderr.includes('reads topic'), patienceMs)
  }

  async #killOwner(when: string): Promise<void> {
    await this.#kill(this.#owner)
    this.#options.tell(`killed ${when}`)
    this.#restart()
  }

  async #kill(running: Running): Promise<void> {
    this.#isAlive(running)
    await kill(running)
    this.#options.tally.kills++
  }

  async #terminate(running: Running): Promise<void> {
    this.#isAlive(running)
    running.child.kill('SIGTERM')
    const status = await running.status()
    const isKilled = running.child.signalCode === 'SIGTERM' // before it could hear it
    assert.ok(isKilled || status === stoppedStatus, `SIGTERM gave ${status}: ${running.stderr}`)
    this.#options.tell('stopped by SIGTERM')
    this.#options.tally.stops++
  }

  #isAlive({ child, stderr }: Running): void {
    assert.equal(child.exitCode, null, `a process ended by itself: ${stderr}`)
  }

  #restart(): void {
    const running = this.#owner = this.#options.start()
    void this.#noteFirstLine(running)
  }

  async #noteFirstLine(running: Running): Promise<void> {
    const { shown, tally, tell } = this.#options
    const sinceMs = performance.now()
    await sleep(leastMs)
    const before = troubles(tally)
    if (!await shown.next(2 * patienceMs) || this.#owner !== running) return
    if (troubles(tally) > before) return
    const ms = performance.now() - sinceMs
    tally.restartMs.push(ms)
    tell(`first line after ${Math.round(ms)} ms`)
  }
}

/** Under which no process can be quick. */
function troubles({ brokerCrashes, brokerPauses, suspensions }: Tally): number {
  return brokerCrashes + brokerPauses + suspensions
}
