/**
 * Who of a group reads which partitions. Three ways beside kafkajs' own: all of them go to the member
 * that has been there longest, and the others stand by; each member gets those it asked for; or they
 * are shared, and as few as possible move. What a member wishes travels in its user data.
 */
import { Buffer } from 'node:buffer'
import kafkajs, { type PartitionAssigner } from 'kafkajs'
import { wishIn } from './member-data.ts'

type Assigned = Record<string, number[]>

interface Member {
  readonly memberId: string
  readonly wish: string
}

/**
 * `since`: from when on this process has been there, unix milliseconds, asked at each joining. The
 * owner stays the owner when others join.
 */
export function oneOwner(since: () => number): PartitionAssigner {
  return assigner('uc-one-owner', () => `${since()}`, (members, partitionsOf) => {
    const byAge = [...members].sort((a, b) => Number(a.wish) - Number(b.wish))
    return new Map(byAge.slice(0, 1).map(({ memberId }) => [memberId, partitionsOf]))
  })
}

/** Each member gets the partitions that it names, whatever the others have. */
export function asAsked(partitions: readonly number[]): PartitionAssigner {
  return assigner('uc-as-asked', () => partitions.join(), (members, partitionsOf) => {
    return new Map(members.map(({ memberId, wish }) => {
      const asked = new Set(wish.split(',').map(Number))
      const own = Object.entries(partitionsOf).map(([topic, all]) => {
        return [topic, all.filter((partition) => asked.has(partition))] as const
      })
      return [memberId, Object.fromEntries(own)]
    }))
  })
}

/**
 * The members share the partitions of `topic`, and each keeps what it has, as `held` says at each
 * joining, but for what makes the shares even. A partition takes along that of its number of
 * `stateTopic`.
 */
export function sticky(
  { topic, stateTopic, held }: {
    readonly topic: string
    readonly stateTopic: string
    readonly held: () => readonly number[]
  },
): PartitionAssigner {
  return assigner('uc-sticky', () => held().join(), (members, partitionsOf) => {
    const holders = members.map(({ memberId, wish }) => {
      return { memberId, held: wish === '' ? [] : wish.split(',').map(Number) }
    })
    const states = new Set(partitionsOf[stateTopic])
    return new Map([...evenly(holders, partitionsOf[topic] ?? [])].map(([memberId, own]) => {
      const ofState = own.filter((partition) => states.has(partition))
      return [memberId, own.length > 0 ? { [topic]: own, [stateTopic]: ofState } : {}]
    }))
  })
}

export interface Holder {
  readonly memberId: string
  readonly held: readonly number[]
}

/** Even shares, that differ by one at most, with as few moves as that allows. */
export function evenly(
  holders: readonly Holder[],
  partitions: readonly number[],
): ReadonlyMap<string, number[]> {
  const free = new Set(partitions)
  const kept = holders.map(({ memberId, held }) => {
    return { memberId, own: held.filter((each) => free.delete(each)) }
  }).sort((a, b) => b.own.length - a.own.length || (a.memberId < b.memberId ? -1 : 1))
  const least = Math.floor(partitions.length / kept.length)
  const larger = partitions.length % kept.length
  const shares = kept.map(({ memberId, own }, i) => {
    const size = i < larger ? least + 1 : least
    for (const each of own.splice(size)) free.add(each)
    return { memberId, own, size }
  })
  const left = [...free].sort((a, b) => a - b)
  return new Map(shares.map(({ memberId, own, size }) => {
    return [memberId, [...own, ...left.splice(0, size - own.length)].sort((a, b) => a - b)]
  }))
}

/** The group's members share the partitions. */
export const shared: PartitionAssigner = kafkajs.PartitionAssigners.roundRobin

function assigner(
  name: string,
  wish: () => string,
  assign: (members: readonly Member[], partitionsOf: Assigned) => ReadonlyMap<string, Assigned>,
): PartitionAssigner {
  const { AssignerProtocol: { MemberAssignment, MemberMetadata } } = kafkajs
  const version = 0
  return ({ cluster }) => ({
    name,
    version,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version, topics, userData: Buffer.from(wish()) }),
    }),
    assign({ members, topics }) {
      const known = members.map(({ memberId, memberMetadata }) => {
        const userData = MemberMetadata.decode(memberMetadata)?.userData
        return { memberId, wish: wishIn(userData ?? Buffer.alloc(0)) }
      })
      const partitionsOf = Object.fromEntries(topics.map((topic) => {
        return [topic, cluster.findTopicPartitionMetadata(topic).map((each) => each.partitionId)]
      }))
      const assigned = assign(known, partitionsOf)
      return Promise.resolve(members.map(({ memberId }) => {
        const assignment = assigned.get(memberId) ?? {}
        const encoded = { version, assignment, userData: Buffer.alloc(0) }
        return { memberId, memberAssignment: MemberAssignment.encode(encoded) }
      }))
    },
  })
}
