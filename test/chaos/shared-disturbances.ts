/**
 * What happens to processes that share a topic, to those that unite what they count, and to their
 * broker. Some of it takes its time, and the next thing happens meanwhile.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import type { Broker } from '../support/broker.ts'
import { kill, until } from '../support/kafka-runs.ts'
import type { Running } from '../support/running.ts'
import type { Arrivals } from './arrivals.ts'
import type { SharesTally } from './shares-tally.ts'

/** Counts its share of the frames, or unites what others have counted. */
export type Role = 'counts' | 'unites'

export interface SharedDisturbancesOptions {
  readonly broker: Broker
  readonly random: Random
  readonly tally: SharesTally
  /** Of the groups. */
  readonly sessionMs: number
  /** Most processes of each role. */
  readonly most: Readonly<Record<Role, number>>
  /** Results that anybody can read. */
  readonly shown: Arrivals
  /** All that are sent, by role: partial panes, and results. */
  readonly sent: Readonly<Record<Role, Arrivals>>
  start(role: Role): Running
  /** Notes what happens, for the message of a failure. */
  tell(text: string): void
}

interface Member {
  readonly role: Role
  readonly running: Running
  isSuspended: boolean
}

/** Longer than a start. */
const patienceMs = 20_000
/** What was on its way has come after so long. */
const onItsWayMs = 500
const stoppedStatus = 143
const hasBegun = /reads its share of topic|unites topic/

export class SharedDisturbances {
  readonly #options: SharedDisturbancesOptions
  readonly #members = new Set<Member>()
  /** What is under way. */
  readonly #pending = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  #isBrokerDown = false
  /** What happens; as often as it stands here. */
  readonly #all: readonly (() => Promise<void>)[] = [
    ...Array<() => Promise<void>>(5).fill(() => this.#killAt(below(this.#options.random, 4000))),
    ...Array<() => Promise<void>>(3).fill(() => this.#killAfterSent('counts')),
    ...Array<() => Promise<void>>(3).fill(() => this.#killAfterSent('unites')),
    ...Array<() => Promise<void>>(3).fill(() => this.#stop()),
    ...Array<() => Promise<void>>(4).fill(() => this.#join()),
    ...Array<() => Promise<void>>(2).fill(() => this.#leave()),
    ...Array<() => Promise<void>>(4).fill(() => this.#suspend(true)),
    ...Array<() => Promise<void>>(2).fill(() => this.#suspend(false)),
    () => this.#leaveAll(),
    () => this.#crashBroker(),
    () => this.#pauseBroker(),
  ]

  constructor(options: SharedDisturbancesOptions) {
    this.#options = options
    const { random, most } = options
    const counting = 1 + below(random, most.counts)
    for (let i = 0; i < counting; i++) this.#start('counts')
    this.#start('unites')
  }

  async next(): Promise<void> {
    await pick(this.#options.random, this.#all)()
    this.#areAlive()
  }

  /** Nothing happens any more, and at least one process of each role is there. */
  async rest(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
    for (const role of ['counts', 'unites'] as const) {
      if (this.#of(role).length === 0) this.#start(role)
    }
    this.#areAlive()
  }

  /** Ends all, one way or the other. */
  async end(): Promise<void> {
    this.#areAlive()
    await Promise.all([...this.#members].map((member) => {
      return happens(this.#options.random, 50) ? this.#kill(member) : this.#terminate(member)
    }))
  }

  async #killAt(ms: number): Promise<void> {
    await sleep(ms)
    const member = this.#any()
    if (member !== undefined) await this.#killAndReplace(member, `after ${ms} ms`)
  }

  /** In mid-transaction, maybe. */
  async #killAfterSent(role: Role): Promise<void> {
    const { random, sent } = this.#options
    const hasCome = await sent[role].next(patienceMs / 2)
    const ms = below(random, 30)
    await sleep(ms)
    const member = this.#any(role)
    if (member === undefined) return
    await this.#killAndReplace(member, hasCome ? `${ms} ms after a message` : 'without a message')
  }

  async #killAndReplace(member: Member, when: string): Promise<void> {
    const { random, sessionMs, tell } = this.#options
    const what = nameOf(member)
    await this.#kill(member)
    tell(`killed ${what} ${when}`)
    void this.#noteNextLine()
    const isLast = this.#of(member.role).length === 0
    if (happens(random, 60)) this.#start(member.role)
    else if (isLast || happens(random, 60)) {
      this.#later(below(random, sessionMs + 2000), () => this.#start(member.role))
    }
  }

  async #stop(): Promise<void> {
    await sleep(below(this.#options.random, 2000))
    const member = this.#any()
    if (member === undefined) return
    await this.#terminate(member)
    this.#start(member.role)
  }

  async #join(): Promise<void> {
    const { random, most, tally } = this.#options
    await sleep(below(random, 2000))
    const roles = (['counts', 'counts', 'unites'] as const)
      .filter((role) => this.#of(role).length < most[role])
    if (roles.length === 0) return
    this.#start(pick(random, roles))
    tally.joins++
  }

  async #leave(): Promise<void> {
    const { random, tally } = this.#options
    await sleep(below(random, 2000))
    const member = this.#any()
    if (member === undefined || this.#of(member.role).length === 1) return
    await this.#terminate(member)
    tally.leaves++
  }

  /** For a while none is there. */
  async #leaveAll(): Promise<void> {
    const { random, tally } = this.#options
    const role = pick(random, ['counts', 'counts', 'unites'] as const)
    const members = this.#of(role)
    if (members.length === 0 || members.some(({ isSuspended }) => isSuspended)) return
    await Promise.all(members.map((member) => this.#terminate(member)))
    tally.pauses++
    await sleep(below(random, 4000))
    this.#start(role)
  }

  /** The others go on meanwhile, and it goes on as if nothing were. */
  async #suspend(isLong: boolean): Promise<void> {
    const { random, tally, tell, sessionMs } = this.#options
    await sleep(below(random, 2000))
    const member = this.#any()
    if (member === undefined || !hasBegun.test(member.running.stderr)) return
    const ms = isLong ? sessionMs + below(random, 5000) : below(random, sessionMs)
    member.running.child.kill('SIGSTOP')
    member.isSuspended = true
    tell(`suspended ${nameOf(member)} for ${ms} ms`)
    this.#later(ms, () => {
      if (!this.#members.has(member)) return
      member.running.child.kill('SIGCONT')
      member.isSuspended = false
      if (isLong) tally.zombies++
      else tally.suspensions++
      tell(`resumed ${nameOf(member)}`)
    })
  }

  async #crashBroker(): Promise<void> {
    const { broker, random, tally, tell } = this.#options
    await this.#haveBegun()
    this.#isBrokerDown = true
    tally.brokerCrashes++
    await broker.crash()
    tell('crashed the broker')
    await sleep(below(random, 3000))
    await broker.up()
    this.#isBrokerDown = false
    tell('the broker is up')
    await sleep(below(random, 3000))
  }

  async #pauseBroker(): Promise<void> {
    const { broker, random, tally, tell } = this.#options
    const { pid } = broker
    const ms = 1000 + below(random, 6000)
    await this.#haveBegun()
    this.#isBrokerDown = true
    tally.brokerPauses++
    process.kill(pid, 'SIGSTOP')
    await sleep(ms)
    process.kill(pid, 'SIGCONT')
    this.#isBrokerDown = false
    tell(`paused the broker for ${ms} ms`)
    await sleep(below(random, 3000))
  }

  /** One that has not reached a broker yet may end where there is none. */
  async #haveBegun(): Promise<void> {
    const isSo = ({ running }: Member) => hasBegun.test(running.stderr)
    await until('all processes begin', () => [...this.#members].every(isSo), patienceMs)
  }

  #start(role: Role): void {
    const member = { role, running: this.#options.start(role), isSuspended: false }
    this.#members.add(member)
    this.#options.tell(`started ${nameOf(member)}`)
  }

  async #kill(member: Member): Promise<void> {
    this.#areAlive()
    this.#members.delete(member)
    await kill(member.running)
    this.#options.tally.kills++
  }

  async #terminate(member: Member): Promise<void> {
    const { running } = member
    this.#areAlive()
    this.#members.delete(member)
    running.child.kill('SIGTERM')
    const status = await running.status()
    const isKilled = running.child.signalCode === 'SIGTERM' // before it could hear it
    assert.ok(
      isKilled || status === stoppedStatus,
      `SIGTERM gave ${nameOf(member)} ${status}: ${running.stderr}`,
    )
    this.#options.tell(`stopped ${nameOf(member)} by SIGTERM`)
    this.#options.tally.stops++
  }

  /** One that can hear it. */
  #any(role?: Role): Member | undefined {
    const { random } = this.#options
    const wanted = role ?? pick(random, ['counts', 'counts', 'unites'] as const)
    const members = this.#of(wanted).filter(({ isSuspended }) => !isSuspended)
    return members.length === 0 ? undefined : pick(random, members)
  }

  #of(role: Role): Member[] {
    return [...this.#members].filter((member) => member.role === role)
  }

  #later(ms: number, step: () => void): void {
    const pending = this.#stepAfter(ms, step)
      .catch((error) => void (this.#failure ??= { error }))
      .then(() => void this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  async #stepAfter(ms: number, step: () => void): Promise<void> {
    await sleep(ms)
    await until('the broker is up', () => !this.#isBrokerDown, 2 * patienceMs)
    step()
  }

  #areAlive(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    for (const member of this.#members) {
      const { child, stderr } = member.running
      assert.equal(child.exitCode, null, `${nameOf(member)} ended by itself: ${stderr}`)
    }
  }

  async #noteNextLine(): Promise<void> {
    const { shown, tally, tell } = this.#options
    const sinceMs = performance.now()
    const troubles = () => tally.brokerCrashes + tally.brokerPauses
    const before = troubles()
    await sleep(onItsWayMs)
    if (!await shown.next(2 * patienceMs) || troubles() > before) return
    const ms = performance.now() - sinceMs
    tally.deathMs.push(ms)
    tell(`first line ${Math.round(ms)} ms after the death`)
  }
}

function nameOf({ role, running: { child: { pid } } }: Member): string {
  return `process ${pid}, which ${role}`
}
