/** What a member tells of itself comes back; what others may have written says nothing, or less. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs'
import { asAsked, oneOwner, shared } from '../../../src/kafka/reading/assigner.ts'
import { identityIn, introduced, wishIn } from '../../../src/kafka/reading/member-data.ts'
import { seed } from '../../support/seed.ts'

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol
const who = { host: 'a', pid: 7, machine: 'a b c', started: 9, sessionMs: 6000 }
const partitions = [0, 1, 2].map((partitionId) => ({ partitionId }))
const config = {
  cluster: { findTopicPartitionMetadata: () => partitions } as unknown as Cluster,
  groupId: 'g',
  logger: undefined as never,
}

const metadataBy = (assigner: PartitionAssigner) => {
  return assigner(config).protocol({ topics: ['t'] }).metadata
}

const metadataOf = (userData: string | Uint8Array) => {
  return MemberMetadata.encode({ version: 0, topics: ['t'], userData: Buffer.from(userData) })
}

/** Who gets which partitions. */
async function assigned(assigner: PartitionAssigner, metadata: readonly Buffer[]) {
  const members = metadata.map((memberMetadata, i) => ({ memberId: `m${i}`, memberMetadata }))
  const assignments = await assigner(config).assign({ members, topics: ['t'] })
  return Object.fromEntries(assignments.map(({ memberId, memberAssignment }) => {
    return [memberId, MemberAssignment.decode(memberAssignment)!.assignment['t'] ?? []]
  }))
}

test('who it is comes back, by every assigner', () => {
  for (const assigner of [shared, oneOwner(() => 5), asAsked([0, 2])]) {
    const plain = assigner(config)
    const made = introduced(assigner, who)(config)
    assert.deepEqual([made.name, made.version], [plain.name, plain.version])
    const { metadata } = made.protocol({ topics: ['t'] })
    assert.deepEqual(identityIn(metadata), who)
    const before = MemberMetadata.decode(metadataBy(assigner))!
    const { userData, ...rest } = MemberMetadata.decode(metadata)!
    assert.deepEqual(rest, { version: before.version, topics: before.topics })
    assert.equal(wishIn(userData), before.userData.toString())
  }
  const unknown = { pid: 7, sessionMs: 6000 }
  assert.deepEqual(identityIn(metadataBy(introduced(shared, unknown))), unknown)
})

test('what older versions wrote is read beside it', async () => {
  const owner = (sinceMs: number) => metadataBy(introduced(oneOwner(() => sinceMs), who))
  for (
    const [metadata, oldest] of [
      [[metadataOf('5'), owner(6)], 'm0'],
      [[metadataOf('6'), owner(5)], 'm1'],
    ] as const
  ) {
    const all = await assigned(oneOwner(() => 0), metadata)
    assert.deepEqual(all[oldest], [0, 1, 2])
    assert.deepEqual(Object.values(all).flat().length, 3)
  }
  const asked = [metadataOf('0,2'), metadataBy(introduced(asAsked([1]), who))]
  assert.deepEqual(await assigned(asAsked([]), asked), { m0: [0, 2], m1: [1] })
  const sharing = [metadataOf(''), metadataBy(introduced(shared, who))]
  assert.deepEqual(await assigned(shared, sharing), { m0: [0, 2], m1: [1] })
  assert.equal(identityIn(metadataOf('1468244340123')), undefined)
})

test('metadata that are empty, cut or foreign say nothing', () => {
  const whole = metadataBy(introduced(oneOwner(() => 5), who))
  for (let length = 0; length < whole.length; length++) {
    assert.equal(identityIn(whole.subarray(0, length)), undefined, `${length}`)
  }
  for (
    const line of [
      '',
      'null',
      '[]',
      '{"pid":7}',
      '{"pid":"7","sessionMs":1}',
      '{"pid":0,"sessionMs":1}',
      '{"pid":-1,"sessionMs":1}',
      '{"pid":7,"sessionMs":1e99}',
    ]
  ) {
    assert.equal(identityIn(metadataOf(`5\n${line}`)), undefined, line)
  }
  const partly = '{"pid":7,"sessionMs":1,"machine":"a","started":"x","host":5}'
  assert.deepEqual(identityIn(metadataOf(`5\n${partly}`)), { pid: 7, sessionMs: 1 })
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      identityIn(bytes)
      identityIn(metadataOf(bytes))
    }),
    { numRuns: 500, seed },
  )
})
