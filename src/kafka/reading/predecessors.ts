/**
 * The members that a group has when we come. One that died without leaving holds its partitions
 * until its session is over: where we can see that its process has ended, the group is told, so that
 * a restart goes on at once; else the user is told whom we wait for.
 *
 * kafkajs lets a consumer leave only for itself. A request for another member is made by parts of it
 * that are not public; where they are not there, nothing happens but the wait.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import { hasEnded, isOfThisMachine } from '../../io/process-identity.ts'
import { identityIn, type MemberIdentity } from './member-data.ts'

export interface OtherMember {
  readonly memberId: string
  /** From where it talks to the brokers. */
  readonly address: string
  readonly identity: MemberIdentity | undefined
}

interface Group {
  readonly admin: Pick<Admin, 'describeGroups'>
  readonly group: string
}

interface Attendance extends Group {
  readonly kafka: Kafka
  /** Aborted when the group has taken us in, or we give up. */
  readonly joined: AbortSignal
  say(text: string): void
}

/** What we use of kafkajs' own connection to the cluster, see `createCluster` in its src/index.js. */
interface Cluster {
  connect(): Promise<void>
  findGroupCoordinator(options: { groupId: string }): Promise<Coordinator>
  disconnect(): Promise<void>
}

interface Coordinator {
  leaveGroup(options: { groupId: string; memberId: string }): Promise<unknown>
}

const lookMs = 100
/** After so long our request to join is taken to be with the group. */
const askedMs = 1000
/** A member that lives joins again at its next heartbeat: before that nobody is waited for. */
const unknownQuietMs = 1000
const aliveQuietMs = 3000

/** To be asked before we join: then the group is at rest, and shows what its members told it. */
export async function othersIn({ admin, group }: Group): Promise<readonly OtherMember[]> {
  try {
    const { groups: [found] } = await admin.describeGroups([group])
    return found!.members.map(({ memberId, clientHost, memberMetadata }) => {
      const address = clientHost.replace(/^\//, '')
      return { memberId, address, identity: identityIn(memberMetadata) }
    })
  } catch {
    return [] // joining will say what is wrong
  }
}

/**
 * To be called when we have asked to join; ends when we have. Tells the group of the dead once it
 * has our request: a group without members would let us wait for more of them, brokers' default
 * being 3 s. Never rejects.
 */
export async function attend(
  others: readonly OtherMember[],
  { kafka, admin, group, joined, say }: Attendance,
): Promise<void> {
  const sinceMs = performance.now()
  const present = new Set(others)
  let mayDismiss = true
  let isTold = false
  while (present.size > 0 && !joined.aborted) {
    const waitedMs = performance.now() - sinceMs
    const dead = [...present].filter(({ identity }) => identity !== undefined && hasEnded(identity))
    const hasAsked = waitedMs > askedMs || dead.length > 0 && await isJoining({ admin, group })
    if (mayDismiss && dead.length > 0 && hasAsked) {
      mayDismiss = await dismiss(dead, { kafka, group })
      for (const each of mayDismiss ? dead : []) {
        present.delete(each)
        say(`process ${each.identity!.pid} has died as a member of group ${group}; told the group`)
      }
    }
    const awaited = [...present].filter((each) => waitedMs > quietMs(each))
    if (!isTold && awaited.length > 0 && !joined.aborted) {
      say(waitingFor(awaited, group))
      isTold = true
    }
    await sleep(lookMs, undefined, { signal: joined }).catch(() => {})
  }
}

/** Whether somebody's request to join is with the group. */
async function isJoining({ admin, group }: Group): Promise<boolean> {
  try {
    const { groups: [found] } = await admin.describeGroups([group])
    return found!.state !== 'Stable'
  } catch {
    return true
  }
}

/** Returns whether the group knows now. */
async function dismiss(
  members: readonly OtherMember[],
  { kafka, group }: Pick<Attendance, 'kafka' | 'group'>,
): Promise<boolean> {
  let cluster: Cluster | undefined
  try {
    cluster = clusterOf(kafka)
    await cluster?.connect()
    const coordinator = await cluster?.findGroupCoordinator({ groupId: group })
    for (const { memberId } of members) await coordinator?.leaveGroup({ groupId: group, memberId })
    return coordinator !== undefined
  } catch {
    return false
  } finally {
    await cluster?.disconnect().catch(() => {})
  }
}

function clusterOf(kafka: Kafka): Cluster | undefined {
  const key = Object.getOwnPropertySymbols(kafka)
    .find(({ description }) => description === 'private:Kafka:createCluster')
  if (key === undefined) return undefined
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[key]!
  return create({ allowAutoTopicCreation: false })
}

function quietMs({ identity }: OtherMember): number {
  const isAlive = identity !== undefined && isOfThisMachine(identity) && !hasEnded(identity)
  return isAlive ? aliveQuietMs : unknownQuietMs
}

function waitingFor(members: readonly OtherMember[], group: string): string {
  const [{ identity, address }, ...more] = members as [OtherMember, ...OtherMember[]]
  const first = identity === undefined ? 'a member' : `process ${identity.pid}`
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  const sessions = members.map((each) => each.identity?.sessionMs ?? NaN)
  const longest = Math.max(...sessions) / 1000
  const limit = Number.isNaN(longest) ? 'its session.timeout.ms' : `${longest} s`
  return `waiting for ${first} of group ${group} on ${
    identity?.host ?? address
  }${others}, up to ${limit}`
}
