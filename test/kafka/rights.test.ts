/** The rights that README names are enough, and one that is missing is named. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import kafkajs from 'kafkajs'
import { type Broker, ownSkipReason, startBroker } from '../support/broker.ts'
import { freshName, kafkaShell } from '../support/kafka-runs.ts'
import { newTopic, produce, readTopic, withAdmin } from '../support/topics.ts'

type Right = 'READ' | 'WRITE' | 'DESCRIBE'

const enough: Readonly<Record<string, readonly Right[]>> = {
  topic: ['READ'],
  group: ['READ'],
  results: ['WRITE'],
  state: ['READ', 'WRITE'],
  transactionalId: ['WRITE'],
}

describe('on a cluster with ACLs', { skip: ownSkipReason }, () => {
  let broker: Broker
  let config: string
  before(async () => {
    broker = await startBroker()
    const { user, password } = broker.scram
    config = join(broker.folder, 'login.properties')
    const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
    writeFileSync(
      config,
      'security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n' +
        `sasl.jaas.config=${module} required username="${user}" password="${password}";\n`,
    )
  })
  after(() => broker.stop())

  /** Counts a hundred frames into a topic as a user who has these rights, and no others there. */
  async function count(rights: typeof enough) {
    const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } =
      kafkajs
    const [topic, results] = [await newTopic(broker.brokers), await newTopic(broker.brokers)]
    const state = await newTopic(broker.brokers, { config: { 'cleanup.policy': 'compact' } })
    const group = freshName()
    const frames = Array.from({ length: 100 }, (_, i) => `{"uid":"u${i}","ts":${1468244340 + i}}`)
    await produce(broker.brokers, topic, frames.map((value) => ({ value })))
    const { TOPIC, GROUP, TRANSACTIONAL_ID } = AclResourceTypes
    const resources: Readonly<Record<string, readonly [number, string]>> = {
      topic: [TOPIC, topic],
      group: [GROUP, group],
      results: [TOPIC, results],
      state: [TOPIC, state],
      transactionalId: [TRANSACTIONAL_ID, `uc-${group}`],
    }
    const acl = Object.entries(rights).flatMap(([of, names]) => {
      const [resourceType, resourceName] = resources[of]!
      return names.map((name) => ({
        resourceType,
        resourceName,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${broker.scram.user}`,
        host: '*',
        operation: AclOperationTypes[name],
        permissionType: AclPermissionTypes.ALLOW,
      }))
    })
    await withAdmin(broker.brokers, (admin) => admin.createAcls({ acl }))
    const { status, stderr } = await kafkaShell(
      { brokers: broker.scram.brokers },
      `timeout 60 uc-pipeline --kafka --topic ${topic} --group ${group} --state-topic ${state} \
        --minute --stop-at end --close --to-kafka ${results} --kafka-config ${config}`,
    )
    return { status, stderr, lines: await readTopic(broker.brokers, results) }
  }

  test('those that are named are enough', async () => {
    const { status, stderr, lines } = await count(enough)
    assert.equal(status, 0, stderr)
    assert.equal(lines.length, 2)
  })

  const missing: Readonly<Record<string, readonly [typeof enough, RegExp]>> = {
    'the transactional id': [
      { ...enough, transactionalId: ['DESCRIBE'] },
      /may not use the transactional id "uc-group-\w+"; kafka-acls grants it\n$/,
    ],
    'the topic of the state': [
      { ...enough, state: ['READ'] },
      /may not use topic "test-\w+"; kafka-acls grants it\n$/,
    ],
  }
  for (const [what, [rights, words]] of Object.entries(missing)) {
    test(`without one on ${what} the run ends, and says so`, async () => {
      const { status, stderr, lines } = await count(rights)
      assert.equal(status, 1)
      assert.match(stderr, words)
      assert.deepEqual(lines, [])
    })
  }
})
