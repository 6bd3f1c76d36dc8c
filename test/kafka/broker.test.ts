/**
 * The broker that other tests build on: what they rely on it to do, also that it goes away, and
 * that each listener which must refuse a client refuses it for its own reason.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs'
import {
  type Broker,
  brokerScript,
  ownSkipReason,
  skipReason,
  startBroker,
} from '../support/broker.ts'
import {
  deleteBefore,
  newTopic,
  patientKafka,
  produce,
  produceByJava,
  readTopic,
  withAdmin,
} from '../support/topics.ts'

let broker: Broker

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The broker `pid` ends, and takes its folder with it. */
async function isGone({ pid, folder }: Pick<Broker, 'pid' | 'folder'>): Promise<void> {
  for (let waitedMs = 0; isRunning(pid) || existsSync(folder); waitedMs += 20) {
    if (waitedMs > 10_000) throw new Error(`broker ${pid} or its folder ${folder} stays`)
    await sleep(20)
  }
}

describe('on a broker for tests', { skip: skipReason }, () => {
  before(async () => {
    broker = await startBroker()
  })
  after(() => broker.stop())

  describe('a topic', () => {
    test('gives back what was put in, in order', async () => {
      const topic = await newTopic(broker.brokers, { partitions: 3 })
      await produce(broker.brokers, topic, [
        {
          partition: 2,
          key: 'k',
          value: 'a',
          headers: { from: 'test' },
          timestamp: '1468244340000',
        },
        { partition: 0, value: 'b' },
        { partition: 0, key: 'gone', value: null },
      ])
      const messages = await readTopic(broker.brokers, topic)
      assert.deepEqual(
        messages.map(({ partition, offset, key, value, headers }) => {
          return [partition, offset, key, value, headers]
        }),
        [
          [0, '0', null, 'b', {}],
          [0, '1', 'gone', null, {}],
          [2, '0', 'k', 'a', { from: 'test' }],
        ],
      )
      assert.equal(messages[2]?.timestamp, '1468244340000')
    })

    test('has the settings that it was given', async () => {
      const topic = await newTopic(broker.brokers, { config: { 'cleanup.policy': 'compact' } })
      const { resources } = await withAdmin(broker.brokers, (admin) => {
        const resource = { type: 2, name: topic, configNames: ['cleanup.policy'] }
        return admin.describeConfigs({ resources: [resource], includeSynonyms: false })
      })
      assert.equal(resources[0]?.configEntries[0]?.configValue, 'compact')
    })

    test('is empty when nothing was put in', async () => {
      const topic = await newTopic(broker.brokers, { partitions: 2 })
      assert.deepEqual(await readTopic(broker.brokers, topic), [])
    })

    test('starts after messages that were deleted', async () => {
      const topic = await newTopic(broker.brokers)
      await produce(broker.brokers, topic, ['a', 'b', 'c'].map((value) => ({ value })))
      await deleteBefore(broker.brokers, topic, { offset: 2 })
      const messages = await readTopic(broker.brokers, topic)
      assert.deepEqual(messages.map(({ offset, value }) => [offset, value]), [['2', 'c']])
    })

    test('shows what is in transactions only as committed or uncommitted reading does', async () => {
      const topic = await newTopic(broker.brokers, { partitions: 2 })
      const producer = patientKafka(broker.brokers).producer({
        transactionalId: topic,
        maxInFlightRequests: 1,
      })
      await producer.connect()
      const send = async (value: string) => {
        const transaction = await producer.transaction()
        await transaction.send({ topic, messages: [{ partition: 1, value }] })
        return transaction
      }
      const values = async (isolation: 'read_committed' | 'read_uncommitted') => {
        const messages = await readTopic(broker.brokers, topic, { isolation })
        return messages.map(({ value }) => value).join(' ')
      }
      await (await send('committed')).commit()
      assert.equal(await values('read_committed'), 'committed')
      await (await send('aborted')).abort()
      const open = await send('open')
      assert.equal(await values('read_committed'), 'committed')
      assert.equal(await values('read_uncommitted'), 'committed aborted open')
      await open.commit()
      assert.equal(await values('read_committed'), 'committed open')
      await producer.disconnect()
    })

    test('takes batches that the Java client compressed', async () => {
      const topic = await newTopic(broker.brokers)
      const values = Array.from({ length: 500 }, (_, i) => `{"uid":"u${i}"}`)
      await produceByJava(broker.brokers, topic, { codec: 'gzip', values })
      const messages = await readTopic(broker.brokers, topic)
      assert.deepEqual(messages.map(({ value }) => value), values)
    })
  })

  describe('of our own', { skip: ownSkipReason }, () => {
    for (const [codec, bits] of [['snappy', 2], ['lz4', 3], ['zstd', 4]] as const) {
      test(`keeps batches as the Java client compressed them: ${codec}`, async () => {
        const topic = await newTopic(broker.brokers)
        await produceByJava(broker.brokers, topic, { codec, values: ['a', 'a', 'a'] })
        const log = join(broker.folder, 'data', `${topic}-0`, '00000000000000000000.log')
        const attributes = 21 // after base offset, length, leader epoch, version, checksum
        assert.equal(readFileSync(log).readInt16BE(attributes) & 7, bits)
      })
    }

    test('keeps topics through a restart, at the same address', async () => {
      const { brokers, pid } = broker
      const topic = await newTopic(brokers)
      await produce(brokers, topic, [{ value: 'before' }])
      await broker.restart()
      assert.deepEqual([broker.brokers, broker.pid === pid, isRunning(pid)], [
        brokers,
        false,
        false,
      ])
      await produce(brokers, topic, [{ value: 'after' }])
      const messages = await readTopic(brokers, topic)
      assert.deepEqual(messages.map(({ value }) => value), ['before', 'after'])
    })

    test('does not answer while it is down', async () => {
      await broker.down()
      await assert.rejects(connected({ brokers: [broker.brokers] }), /ECONNREFUSED/)
      await broker.up()
      await connected({ brokers: [broker.brokers] })
    })

    const pem = (path: string) => readFileSync(path, 'utf8')
    const trusting = () => ({ ca: pem(broker.tls.ca) })
    const client = () => ({ cert: pem(broker.tls.certificate), key: pem(broker.tls.key) })

    test('lets in who trusts its authority, also by name', async () => {
      await connected({ brokers: [broker.tls.brokers], ssl: trusting() })
      const byName = broker.tls.brokers.replace('127.0.0.1', 'localhost')
      await connected({ brokers: [byName], ssl: trusting() })
      await connected({ brokers: [broker.tls.mutual], ssl: { ...trusting(), ...client() } })
    })

    interface Refusal {
      readonly who: string
      readonly listener: 'brokers' | 'mutual' | 'expired' | 'wrongHost'
      readonly trusts?: boolean
      readonly reason: RegExp
    }
    const refusals: readonly Refusal[] = [
      { who: 'does not trust its authority', listener: 'brokers', trusts: false, reason: /signed/ },
      { who: 'sees that its certificate expired', listener: 'expired', reason: /expired/ },
      {
        who: 'sees the name of another host',
        listener: 'wrongHost',
        reason: /does not match cert/,
      },
      { who: 'shows no certificate where it asks for one', listener: 'mutual', reason: /certif/i },
    ]
    for (const { who, listener, trusts = true, reason } of refusals) {
      test(`fails for a client that ${who}`, async () => {
        const ssl = trusts ? trusting() : true
        await assert.rejects(connected({ brokers: [broker.tls[listener]], ssl }), reason)
      })
    }

    for (const mechanism of ['scram-sha-256', 'scram-sha-512', 'plain'] as const) {
      const sasl = (password: string) => {
        const { user: username } = broker.scram
        // One at a time, or its type is that of no mechanism
        if (mechanism === 'plain') return { mechanism, username, password } as const
        if (mechanism === 'scram-sha-256') return { mechanism, username, password } as const
        return { mechanism, username, password } as const
      }

      test(`knows its user by ${mechanism}, with and without TLS`, async () => {
        const { brokers, tls, password } = broker.scram
        await connected({ brokers: [brokers], sasl: sasl(password) })
        await connected({ brokers: [tls], ssl: trusting(), sasl: sasl(password) })
        await assert.rejects(
          connected({ brokers: [brokers], sasl: sasl('another') }),
          /SASL .* authentication failed|Authentication failed/i,
        )
      })
    }

    test('keeps its user from a topic that is denied, and nobody else', async () => {
      const { brokers, user, password } = broker.scram
      const topic = await newTopic(broker.brokers)
      await withAdmin(broker.brokers, (admin) => {
        return admin.createAcls({
          acl: [{
            resourceType: kafkajs.AclResourceTypes.TOPIC,
            resourceName: topic,
            resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
            principal: `User:${user}`,
            host: '*',
            operation: kafkajs.AclOperationTypes.ALL,
            permissionType: kafkajs.AclPermissionTypes.DENY,
          }],
        })
      })
      const sasl = { mechanism: 'scram-sha-256', username: user, password } as const
      const producer = hastyKafka({ brokers: [brokers], sasl }).producer()
      await producer.connect()
      await assert.rejects(
        producer.send({ topic, messages: [{ value: 'a' }] }),
        /[Nn]ot authorized/,
      )
      await producer.disconnect()
      await produce(broker.brokers, topic, [{ value: 'a' }])
    })

    test('leaves neither process nor folder behind when it stops', async () => {
      const { pid, folder } = broker
      assert.deepEqual([isRunning(pid), existsSync(folder)], [true, true])
      await broker.stop()
      assert.deepEqual([isRunning(pid), existsSync(folder)], [false, false])
    })
  })
})

describe('nothing is left of a broker', { skip: ownSkipReason }, () => {
  const support = new URL('../support/broker.js', import.meta.url).href
  const tests = [
    `const { startBroker } = await import('${support}')`,
    'const { pid, folder } = await startBroker()',
    'console.log(JSON.stringify({ pid, folder }))',
  ].join('\n')

  for (
    const [what, args] of [
      ['a test', ['--input-type=module', '-e', `${tests}\nawait new Promise(setInterval)`]],
      ['the script that started it', [brokerScript, 'start']],
    ] as const
  ) {
    test(`after kill -9 of ${what}`, async () => {
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      const [line] = await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await isGone(JSON.parse(String(line)))
    })
  }

  test('after a test file that forgot to stop it, which ends all the same', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', tests], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = once(child, 'close')
    const [line] = await once(child.stdout, 'data')
    assert.deepEqual(await closed, [0, null])
    await isGone(JSON.parse(String(line)))
  })
})

/** Tells the first failure as it is. */
function hastyKafka(config: KafkaConfig): Kafka {
  return new kafkajs.Kafka({ ...config, logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 } })
}

/** Connects and asks for the topics, since with some failures only that is refused. */
async function connected(config: KafkaConfig): Promise<void> {
  const admin = hastyKafka(config).admin()
  try {
    await admin.connect()
    await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}
