/**
 * What goes wrong around a topic, on a real broker: it is down or starts anew, messages are gone,
 * readers are slow, topics grow or fall silent. Nothing is lost, nothing is silent, nothing hangs.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Message } from 'kafkajs'
import { type Broker, ownSkipReason, startBroker } from '../../support/broker.ts'
import {
  freshName,
  kafkaOutput,
  kafkaShell,
  kill,
  lastOf,
  resultsOf,
  until,
  withRuns,
} from '../../support/kafka-runs.ts'
import {
  deleteBefore,
  newTopic,
  patientKafka,
  produce,
  readTopic,
  withAdmin,
} from '../../support/topics.ts'

let broker: Broker
/** A session of 6 s, and new partitions seen after a second. */
let config: string
/** Ten messages of 10 kB at once. */
let small: string

const minute = 1468244340

function frame(uid: string, ts: number): Message {
  return { value: JSON.stringify({ uid, ts }) }
}

/** By whole lines, of which the last may still be on its way. */
function numbersIn(text: string): number[] {
  return text.split('\n').slice(0, -1).filter((line) => /^\{"n":/.test(line))
    .map((line) => (JSON.parse(line) as { n: number }).n)
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const numbered = (from: number, to: number) => {
  return numbers(from, to).map((n) => ({ value: JSON.stringify({ n }) }))
}
const unique = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b)

describe('in trouble', { skip: ownSkipReason }, () => {
  before(async () => {
    broker = await startBroker()
    config = join(broker.folder, 'client.properties')
    const lines = [
      'session.timeout.ms=6000',
      'heartbeat.interval.ms=500',
      'metadata.max.age.ms=500',
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    small = join(broker.folder, 'small-fetches.properties')
    writeFileSync(small, 'max.partition.fetch.bytes=100000\n')
  })
  after(() => broker.stop())

  test('a broker that is down is waited for, said once, until --connect-timeout', async () => {
    for (const command of ['uc-pipeline --kafka', 'uc-from-kafka', 'uc-to-kafka t']) {
      const { status, stderr } = await kafkaShell(
        { brokers: '127.0.0.1:1' },
        `${command} --connect-timeout 2s < /dev/null`,
      )
      assert.equal(status, 1)
      const said = stderr.trim().split('\n')
      assert.equal(said.length, 2, stderr)
      assert.match(said[0]!, /^uc-[a-z-]+: waiting: broker 127.0.0.1:1 does not answer/)
      assert.match(
        said[1]!,
        /^uc-[a-z-]+: broker 127.0.0.1:1 does not answer \(connection refused\)/,
      )
    }
  })

  test('an unknown topic is named, with what makes it', async () => {
    for (const command of ['uc-pipeline --kafka --topic no.such', 'uc-from-kafka no.such']) {
      const { status, stderr } = await kafkaShell(broker, command)
      assert.equal(status, 1)
      assert.match(stderr, /topic "no.such" does not exist, .*kafka-topics --create/)
    }
  })

  test('a partition that is not there is named', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const { status, stderr } = await kafkaShell(
      broker,
      `timeout 20 uc-from-kafka ${topic} --partitions 1,2 --stop-at end`,
    )
    assert.equal(status, 1)
    assert.match(stderr, /has no partition 2; expected up to 1/)
  })

  test('the size of a gap that retention has made is said, in both routes', async () => {
    const topic = await newTopic(broker.brokers)
    const group = freshName()
    const frames = numbers(0, 50).map((i) => frame(`u${i}`, minute + i))
    await produce(broker.brokers, topic, frames.slice(0, 10))
    const flags = `--group ${group} --stop-at end`
    await kafkaOutput(broker, `uc-from-kafka ${topic} ${flags} --plain`)
    const counted = `uc-pipeline --kafka --topic ${topic} --group ${group}-2 --stop-at end`
    await kafkaOutput(broker, counted)
    await produce(broker.brokers, topic, frames.slice(10))
    await deleteBefore(broker.brokers, topic, { offset: 30 })
    const piped = await kafkaShell(broker, `uc-from-kafka ${topic} ${flags} --plain`)
    assert.equal(piped.stdout.split('\n').length, 21)
    assert.match(piped.stderr, /\[0\]: 20 messages, 10 to 29, had been deleted/)
    const { stdout, stderr } = await kafkaShell(broker, `${counted} --close`)
    assert.match(stderr, /\[0\]: 20 messages, 10 to 29, had been deleted/)
    assert.equal(resultsOf(stdout)[0]!.frames, 30)
  })

  test('exactly one message that is gone is told, while the topic is read', async () => {
    const topic = await newTopic(broker.brokers)
    await produce(broker.brokers, topic, numbered(0, 10))
    await withRuns(async (start) => {
      const reader = start(broker, ['uc-from-kafka', topic, '--group', freshName(), '--plain'])
      await reader.says('{"n":9}')
      reader.child.kill('SIGSTOP')
      await sleep(500) // no fetch of before waits for them
      await produce(broker.brokers, topic, numbered(10, 12))
      await deleteBefore(broker.brokers, topic, { offset: 11 })
      reader.child.kill('SIGCONT')
      await reader.says('{"n":11}')
      assert.doesNotMatch(reader.stdout, /\{"n":10\}/)
      const words = /\[0\]: message 10 had been deleted .*; going on at 11\n/
      await until('words', () => words.test(reader.stderr))
    })
  })

  for (const left of [1, 0]) {
    test(`messages that are deleted behind a slow reader are counted, but for ${left}`, async () => {
      const topic = await newTopic(broker.brokers)
      const text = 'x'.repeat(10_000)
      const count = 1500 // more than one fetch brings
      for (let i = 0; i < count; i += 100) {
        const messages = numbers(i, i + 100).map((n) => ({ value: JSON.stringify({ n, text }) }))
        await produce(broker.brokers, topic, messages)
      }
      await withRuns(async (start) => {
        const flags = ['--group', freshName(), '--plain', '--stop-at', 'end']
        const reader = start(broker, ['uc-from-kafka', topic, ...flags, '--kafka-config', small])
        reader.child.stdout.pause()
        await sleep(2000)
        await deleteBefore(broker.brokers, topic, { offset: count - left })
        reader.child.stdout.resume()
        assert.equal(await reader.status(), 0, reader.stderr)
        const read = numbersIn(reader.stdout)
        const [, missing] = /\[0\]: ([\d,]+) messages, .* had been deleted/.exec(reader.stderr)!
        assert.equal(read.length + Number(missing!.replace(',', '')), count)
      })
    })
  }

  test('a partition goes on when the rest of the one that it waits for is deleted', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const text = 'x'.repeat(10_000)
    const count = 600
    const dayMs = 24 * 60 * 60 * 1000
    for (const partition of [0, 1]) {
      for (let i = 0; i < count; i += 100) {
        const messages = numbers(i, i + 100).map((n) => {
          const timestamp = `${Date.now() + (10 * partition - 20) * dayMs + n}`
          return { partition, timestamp, value: JSON.stringify({ n, partition, text }) }
        })
        await produce(broker.brokers, topic, messages)
      }
    }
    await withRuns(async (start) => {
      const flags = ['--group', freshName(), '--plain', '--stop-at', 'end']
      const reader = start(broker, ['uc-from-kafka', topic, ...flags, '--kafka-config', small])
      await reader.says('"partition":1')
      reader.child.stdout.pause()
      await sleep(2000)
      await deleteBefore(broker.brokers, topic, { offset: count })
      reader.child.stdout.resume()
      assert.equal(await reader.status(), 0, reader.stderr)
      const read = (partition: number) => {
        return reader.stdout.split(`"partition":${partition},`).length - 1
      }
      const [, missing] = /\[0\]: (\d+) messages, .* had been deleted/.exec(reader.stderr)!
      assert.deepEqual([read(0) + Number(missing), read(1)], [count, count])
    })
  })

  test('a broker that starts anew in mid-run costs neither lines nor numbers', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const results = await newTopic(broker.brokers)
    const place = (messages: Message[]) => {
      return messages.map((message, i) => ({ ...message, partition: i % 2 }))
    }
    await withRuns(async (start) => {
      const pipeline = start(broker, [
        'uc-pipeline',
        ...['--kafka', '--topic', topic, '--group', freshName()],
        ...['--to-kafka', '--result-topic', results, '--max-delay', '1s'],
      ])
      const sender = start(broker, ['uc-to-kafka', topic])
      const line = (i: number) => `${frame(`u${i}`, minute + i).value as string}\n`
      await produce(
        broker.brokers,
        topic,
        place(numbers(0, 100).map((i) => frame('u', minute + i))),
      )
      await until('a result', async () => (await readTopic(broker.brokers, results)).length > 0)
      await broker.down()
      for (const i of numbers(100, 200)) sender.write(line(i))
      await sleep(4000)
      for (const i of numbers(200, 300)) sender.write(line(i))
      await broker.up()
      for (const i of numbers(300, 400)) sender.write(line(i))
      sender.child.stdin.end()
      assert.equal(await sender.status(), 0, sender.stderr)
      assert.equal((await readTopic(broker.brokers, topic)).length, 400)
      await until('all results', async () => {
        return (await readTopic(broker.brokers, results)).length >= 6
      }, 40_000)
      pipeline.child.kill('SIGTERM')
      assert.equal(await pipeline.status(), 143, pipeline.stderr)
      const lines = (await readTopic(broker.brokers, results)).map(({ value }) => value)
      const all = resultsOf(lines.join('\n')).filter(({ pane }) => pane !== 'early')
      assert.deepEqual(all.map(({ start, frames }) => [(start - minute) / 60, frames]), [
        [0, 60],
        ...numbers(1, 6).map((n) => [n, 60]),
      ])
    })
  })

  test('one that may read no longer writes nothing more, and says what it has done', async () => {
    const topic = await newTopic(broker.brokers)
    const { brokers, user, password } = broker.scram
    const login = join(broker.folder, 'login.properties')
    const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
    writeFileSync(
      login,
      'security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n' +
        `sasl.jaas.config=${module} required username="${user}" password="${password}";\n`,
    )
    const frames = numbers(0, 20).map((i) => frame(`u${i}`, minute + 10 * i))
    await produce(broker.brokers, topic, [{ value: 'no frame' }, ...frames])
    await withRuns(async (start) => {
      const flags = ['--topic', topic, '--group', freshName(), '--kafka-config', login]
      const command = ['uc-pipeline', '--kafka', ...flags, '--stats', '-'] as const
      const pipeline = start({ brokers }, [...command])
      await pipeline.says('"pane":"on-time"')
      await withAdmin(broker.brokers, (admin) => {
        return admin.createAcls({
          acl: [{
            resourceType: kafkajs.AclResourceTypes.TOPIC,
            resourceName: topic,
            resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
            principal: `User:${user}`,
            host: '*',
            operation: kafkajs.AclOperationTypes.READ,
            permissionType: kafkajs.AclPermissionTypes.DENY,
          }],
        })
      })
      assert.equal(await pipeline.status(), 1, pipeline.stderr)
      assert.match(pipeline.stderr, /may not use topic/)
      assert.match(pipeline.stderr, /1 of 21 lines malformed/)
      assert.match(pipeline.stderr, /"lines":21,"malformed":1,"frames":20/)
      assert.doesNotMatch(pipeline.stdout, /"pane":"early"/)
    })
  })

  test('a topic that gains partitions is read on, the new ones from their beginning', async () => {
    const topic = await newTopic(broker.brokers)
    await withRuns(async (start) => {
      const group = freshName()
      const settings = ['--group', group, '--kafka-config', config, '--start-at', 'end']
      const reader = start(broker, ['uc-from-kafka', topic, ...settings])
      const counted = start(broker, [
        'uc-pipeline',
        ...['--kafka', '--topic', topic, '--group', `${group}-2`, '--kafka-config', config],
        ...['--max-delay', '1s', '--idle', '2s'],
      ])
      await reader.says('"uc":{"source":0')
      await until('the owner', () => counted.stderr.includes('reads topic'))
      await sleep(1500)
      await produce(broker.brokers, topic, numbers(0, 10).map((i) => frame('a', minute + i)))
      await withAdmin(broker.brokers, (admin) => {
        return admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
      })
      await until('new partitions', async () => {
        return await produce(broker.brokers, topic, [{ ...frame('b', minute), partition: 2 }])
          .then(() => true, () => false)
      })
      await reader.says(`"name":"${topic}[2]","line":-1`)
      await reader.says('{"uid":"b"')
      await until('the owner to know the new partitions', () => {
        return withAdmin(broker.brokers, async (admin) => {
          const known = await admin.fetchOffsets({ groupId: `${group}-2`, topics: [topic] })
          return known[0]!.partitions.some((each) => each.partition === 2 && each.offset !== '-1')
        })
      })
      for (const partition of [0, 1, 2]) {
        const messages = numbers(10, 70).map((i) => ({ ...frame('c', minute + i), partition }))
        await produce(broker.brokers, topic, messages)
      }
      await counted.says('"pane":"on-time"')
      assert.match(counted.stdout, /"users":3,.*"frames":161,"pane":"on-time"/)
    })
  })

  test('what transactions have aborted is skipped, what they have committed counts', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const producer = patientKafka(broker.brokers).producer({
      transactionalId: freshName('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    for (const end of ['abort', 'commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await producer.transaction()
      for (const partition of [0, 1]) {
        const messages = numbers(0, 20).map((i) => ({ ...frame(end, minute + i), partition }))
        await transaction.send({ topic, messages })
      }
      await transaction[end]()
    }
    await producer.disconnect()
    const stdout = await kafkaOutput(
      broker,
      `timeout 20 uc-pipeline --kafka --topic ${topic} --group $GROUP --stop-at end --close`,
    )
    const { users, frames } = resultsOf(stdout)[0]!
    assert.deepEqual({ users, frames }, { users: 1, frames: 80 })
    const piped = await kafkaOutput(
      broker,
      `timeout 20 uc-from-kafka ${topic} --group $GROUP --stop-at end | uc-extract | uc-window |
        uc-count`,
    )
    assert.equal(piped, stdout)
  })

  test('an open transaction holds back what is behind it, and nothing of it is lost', async () => {
    const topic = await newTopic(broker.brokers)
    const producer = patientKafka(broker.brokers).producer({
      transactionalId: freshName('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    await withRuns(async (start) => {
      await produce(broker.brokers, topic, numbered(0, 5))
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: numbered(5, 10) })
      await produce(broker.brokers, topic, numbered(10, 15))
      const flags = ['--group', freshName(), '--plain']
      const reader = start(broker, ['uc-from-kafka', topic, ...flags])
      await reader.says('{"n":4}')
      const ended = start(broker, [
        'uc-from-kafka',
        ...[topic, '--group', freshName(), '--plain', '--stop-at', 'end'],
      ])
      assert.equal(await ended.status(), 0, ended.stderr)
      assert.deepEqual(numbersIn(ended.stdout), numbers(0, 5))
      assert.deepEqual(numbersIn(reader.stdout), numbers(0, 5))
      await transaction.commit()
      await reader.says('{"n":14}')
      assert.deepEqual(numbersIn(reader.stdout), numbers(0, 15))
    })
    await producer.disconnect()
  })

  test('200,000 small messages in one fetch are read, in a session of 6 s', async () => {
    const topic = await newTopic(broker.brokers)
    // Compressed all of them are less than the megabyte that a fetch brings of a partition
    const frames = `awk 'BEGIN { while (i++ < 200000) print "{\\"uid\\":1,\\"ts\\":${minute}}" }'`
    await kafkaOutput(broker, `${frames} | uc-to-kafka ${topic}`)
    const flags = `--topic ${topic} --group $GROUP --stop-at end --kafka-config ${config}`
    const stdout = await kafkaOutput(
      broker,
      `timeout 60 uc-pipeline --kafka ${flags} --close --max-memory 600MiB`,
    )
    assert.equal(resultsOf(stdout)[0]!.frames, 200_000)
    const lines = await kafkaOutput(
      broker,
      `timeout 60 uc-from-kafka ${topic} --group $GROUP --stop-at end --plain | wc -l`,
    )
    assert.equal(Number(lines), 200_000)
  })

  test('a reader that is slow for longer than the session stays a member', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const text = 'x'.repeat(1000)
    const count = 3000
    const messages = numbers(0, count).map((n) => ({
      value: JSON.stringify({ n, text }),
      partition: n < 10 ? 0 : 1,
    }))
    await produce(broker.brokers, topic, messages)
    await withRuns(async (start) => {
      const group = freshName()
      const flags = ['--group', group, '--plain', '--stop-at', 'end', '--kafka-config', config]
      const reader = start(broker, ['uc-from-kafka', topic, ...flags])
      reader.child.stdout.pause()
      await sleep(10_000)
      await withAdmin(broker.brokers, async (admin) => {
        const { groups: [found] } = await admin.describeGroups([group])
        assert.equal(found!.members.length, 1)
      })
      reader.child.stdout.resume()
      assert.equal(await reader.status(), 0, reader.stderr)
      const read = numbersIn(reader.stdout)
      assert.equal(read.length, count, 'lines came twice')
      assert.deepEqual(unique(read), numbers(0, count))
    })
  })

  test('offsets are stored only when the lines were written', async () => {
    const topic = await newTopic(broker.brokers)
    const text = 'x'.repeat(1000)
    const count = 5000
    await produce(
      broker.brokers,
      topic,
      numbers(0, count).map((n) => {
        return { value: JSON.stringify({ n, text }) }
      }),
    )
    await withRuns(async (start) => {
      const group = freshName()
      const flags = ['--group', group, '--plain', '--kafka-config', config]
      const first = start(broker, ['uc-from-kafka', topic, ...flags])
      first.child.stdout.pause()
      await sleep(3000)
      first.child.kill('SIGKILL')
      first.child.stdout.resume() // what lay in the pipe has been written
      await first.status()
      const second = start(broker, ['uc-from-kafka', topic, ...flags, '--stop-at', 'end'])
      assert.equal(await second.status(), 0, second.stderr)
      const all = [...numbersIn(first.stdout), ...numbersIn(second.stdout)]
      assert.ok(numbersIn(first.stdout).length < count)
      assert.deepEqual(unique(all), numbers(0, count))
    })
  })

  test('offsets of the last messages are stored while nothing comes', async () => {
    const topic = await newTopic(broker.brokers)
    await produce(broker.brokers, topic, numbered(0, 10))
    await withRuns(async (start) => {
      const group = freshName()
      const reader = start(broker, ['uc-from-kafka', topic, '--group', group, '--plain'])
      await reader.says('{"n":9}')
      await withAdmin(broker.brokers, async (admin) => {
        await until('the offset', async () => {
          const [stored] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
          return stored!.partitions[0]!.offset === '10'
        }, 5000)
      })
    })
  })

  test('processes of a group share the partitions, and none is missed when one dies', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 4 })
    const send = (from: number, to: number) => {
      const messages = numbered(from, to).map((message, i) => ({ ...message, partition: i % 4 }))
      return produce(broker.brokers, topic, messages)
    }
    await withRuns(async (start) => {
      const flags = ['--group', freshName(), '--plain', '--kafka-config', config]
      const command = ['uc-from-kafka', topic, ...flags] as const
      const first = start(broker, command)
      await send(0, 400)
      await until('the first lines', () => numbersIn(first.stdout).length === 400)
      await sleep(1500) // they are stored
      const second = start(broker, command)
      let sent = 400
      await until('lines of the second', async () => {
        await send(sent, sent += 100)
        return second.stdout.length > 0
      })
      const both = () => [...numbersIn(first.stdout), ...numbersIn(second.stdout)]
      await until('all lines', () => unique(both()).length === sent)
      await kill(first)
      await send(sent, sent += 100)
      await until('the lines of the dead', () => unique(both()).length === sent)
      second.child.kill('SIGTERM')
      assert.equal(await second.status(), 143)
    })
  })

  test('--partitions reads those alone, whatever other members read', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 3 })
    const messages = numbered(0, 30).map((message, i) => ({ ...message, partition: i % 3 }))
    await produce(broker.brokers, topic, messages)
    const flags = '--plain --stop-at end --partitions'
    const stdout = await kafkaOutput(
      broker,
      `uc-from-kafka ${topic} --group $GROUP ${flags} 0,2 > a & 
       uc-from-kafka ${topic} --group $GROUP ${flags} 1 > b; wait; cat a; echo; cat b; rm a b`,
      { cwd: broker.folder },
    )
    const [a, b] = stdout.split('\n\n')
    assert.deepEqual(unique(numbersIn(`${a}\n`)), numbers(0, 30).filter((n) => n % 3 !== 1))
    assert.deepEqual(unique(numbersIn(b!)), numbers(0, 30).filter((n) => n % 3 === 1))
  })

  test('another kind of member in the group is an error in words', async () => {
    const topic = await newTopic(broker.brokers)
    await withRuns(async (start) => {
      const group = freshName()
      const reader = start(broker, ['uc-from-kafka', topic, '--group', group])
      await reader.says('"source":0')
      const { status, stderr } = await kafkaShell(
        broker,
        `timeout 20 uc-pipeline --kafka --topic ${topic} --group ${group}`,
      )
      assert.equal(status, 1, stderr)
      assert.match(stderr, new RegExp(`group "${group}" .*--group`))
    })
  })

  test('the last window of a live topic that falls silent comes out after --idle', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 3 })
    await withRuns(async (start) => {
      const pipeline = start(broker, [
        'uc-pipeline',
        ...['--kafka', '--topic', topic, '--group', freshName()],
        ...['--window', '1s', '--max-delay', '500ms', '--idle', '1500ms'],
      ])
      await until('the owner', () => pipeline.stderr.includes('reads topic'))
      const second = Math.floor(Date.now() / 1000)
      const frames = numbers(0, 20).map((i) => ({ ...frame(`u${i}`, second), partition: i % 2 }))
      await produce(broker.brokers, topic, frames)
      const sinceMs = performance.now()
      await pipeline.says(`"start":${second},`)
      assert.match(pipeline.stdout, /"users":20,.*"frames":20,"pane":"on-time"/)
      assert.ok(performance.now() - sinceMs < 8000)
      pipeline.child.kill('SIGTERM')
      assert.equal(await pipeline.status(), 143)
    })
  })

  test('an empty partition holds up the others for --idle, and no longer', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const frames = numbers(0, 130).map((i) => ({ ...frame('u', minute + i), partition: 0 }))
    await produce(broker.brokers, topic, frames)
    await withRuns(async (start) => {
      const pipeline = start(broker, [
        'uc-pipeline',
        ...['--kafka', '--topic', topic, '--group', freshName(), '--idle', '3s'],
      ])
      await until('the owner', () => pipeline.stderr.includes('reads topic'))
      const sinceMs = performance.now()
      await pipeline.says('"pane":"on-time"')
      const heldMs = performance.now() - sinceMs
      assert.ok(heldMs > 2500 && heldMs < 8000, `${heldMs} ms`)
      assert.equal(resultsOf(pipeline.stdout)[0]!.frames, 60)
    })
  })

  test('a partition that waits for a slower one goes on when that one is at its end', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const producer = patientKafka(broker.brokers).producer({
      transactionalId: freshName('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    // The end is a marker, which brings no message: it comes by itself where fetches are small
    const transaction = await producer.transaction()
    for (let i = 0; i < 3; i++) {
      const messages = numbers(0, 100).map((j) => ({ ...frame('a', minute + j), partition: 0 }))
      await transaction.send({ topic, messages })
    }
    await transaction.commit()
    await producer.disconnect()
    const ahead = numbers(1, 41).map((i) => ({ ...frame('b', minute + i * 1000), partition: 1 }))
    for (let i = 0; i < 40; i += 4) await produce(broker.brokers, topic, ahead.slice(i, i + 4))
    const small = join(broker.folder, 'small.properties')
    writeFileSync(small, 'max.partition.fetch.bytes=500\n')
    const stdout = await kafkaOutput(
      broker,
      `timeout 20 uc-pipeline --kafka --topic ${topic} --group $GROUP --stop-at end --close \
        --kafka-config ${small} --max-jump off`,
    )
    const last = [...lastOf(resultsOf(stdout)).values()]
    const counted = last.reduce((sum, { frames }) => sum + frames, 0)
    assert.equal(counted, 340)
  })
})
