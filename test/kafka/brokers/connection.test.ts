/**
 * Every way to connect, and every way that must fail, against a real broker, on Node and on Deno:
 * what is said has to name what is wrong and what to do, and no secret.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import { UcError } from '../../../src/errors.ts'
import { clientConfig } from '../../../src/kafka/config/client-config.ts'
import {
  type ConnectionConfig,
  newKafka,
  reachBrokers,
} from '../../../src/kafka/brokers/connection.ts'
import { Secret } from '../../../src/kafka/config/secret.ts'
import { tokenOf } from '../../../src/kafka/config/token-command.ts'
import { type KafkaPlace, troubleOf } from '../../../src/kafka/brokers/trouble.ts'
import { type Broker, skipReason, startBroker } from '../../support/broker.ts'
import { denoPath, root } from '../../support/paths.ts'
import { newTopic, withAdmin } from '../../support/topics.ts'

const file = 'client.properties'
const wrongPassword = 'gehe1m'

interface Attempt {
  readonly name: string
  readonly brokers: string
  readonly properties: string
  /** What is said; nothing where a broker answers. */
  readonly said?: RegExp
}

function login(mechanism: string, user: string, password: string): string {
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  return `sasl.mechanism=${mechanism}\nsasl.jaas.config=org.apache.kafka.common.security.${module} ` +
    `required username="${user}" password="${password}";\n`
}

function attemptsAt({ brokers, tls, scram }: Broker, identity: string): Attempt[] {
  const authority = `ssl.truststore.type=PEM\nssl.truststore.location=${tls.ca}\n`
  const ssl = `security.protocol=SSL\n${authority}`
  const sasl = 'security.protocol=SASL_PLAINTEXT\n'
  const saslSsl = `security.protocol=SASL_SSL\n${authority}`
  const named = (address: string) => address.replace('127.0.0.1', 'localhost')
  const { user, password } = scram
  const at = (address: string) => address.replaceAll('.', '\\.')
  const said = (text: string) => new RegExp(`^${text}`)
  return [
    { name: 'plain', brokers, properties: '' },
    { name: 'TLS by address', brokers: tls.brokers, properties: ssl },
    { name: 'TLS by name', brokers: named(tls.brokers), properties: ssl },
    {
      name: 'TLS without a check of the name',
      brokers: tls.wrongHost,
      properties: `${ssl}ssl.endpoint.identification.algorithm=\n`,
    },
    {
      name: 'mutual TLS',
      brokers: tls.mutual,
      properties: `${ssl}ssl.keystore.type=PEM\nssl.keystore.location=${identity}\n`,
    },
    ...['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => (
      {
        name: mechanism,
        brokers: scram.brokers,
        properties: sasl + login(mechanism, user, password),
      }
    )),
    {
      name: 'SCRAM over TLS',
      brokers: scram.tls,
      properties: saslSsl + login('SCRAM-SHA-512', user, password),
    },
    {
      name: 'one broker of two is there',
      brokers: `127.0.0.1:1,${brokers}`,
      properties: '',
    },
    {
      name: 'nobody listens',
      brokers: '127.0.0.1:1',
      properties: '',
      said:
        /^broker 127\.0\.0\.1:1 does not answer \(connection refused\); is it running\? --brokers names others$/,
    },
    {
      name: 'no such host',
      brokers: 'no-such-host.invalid:9092',
      properties: '',
      said:
        /^broker no-such-host\.invalid:9092: there is no host of that name; is --brokers right\?$/,
    },
    {
      name: 'an unknown authority',
      brokers: tls.brokers,
      properties: 'security.protocol=SSL\n',
      said: said(
        `the certificate of ${
          at(tls.brokers)
        } is signed by nobody trusted here; name its authority ` +
          `by ssl.truststore.location in ${file}$`,
      ),
    },
    {
      name: 'an expired certificate',
      brokers: tls.expired,
      properties: ssl,
      said: said(
        `the certificate of ${
          at(tls.expired)
        } expired on \\d{4}-\\d\\d-\\d\\d; it must be renewed on ` +
          'the broker$',
      ),
    },
    {
      name: 'a certificate for another host',
      brokers: tls.wrongHost,
      properties: ssl,
      said: said(
        `the certificate of ${
          at(tls.wrongHost)
        } is for other.example, not for 127.0.0.1; connect by ` +
          'that name, or set ssl.endpoint.identification.algorithm= \\(nothing\\) in ',
      ),
    },
    {
      name: 'no client certificate',
      brokers: tls.mutual,
      properties: ssl,
      said: said(`broker ${at(tls.mutual)} wants a certificate of ours; set ssl.keystore.location`),
    },
    {
      name: 'TLS to a plain port',
      brokers,
      properties: ssl,
      said: said(
        `broker ${at(brokers)} does not speak TLS at that port; is it another one\\? ` +
          'security.protocol=PLAINTEXT goes without$',
      ),
    },
    {
      name: 'plain to a port of TLS',
      brokers: tls.brokers,
      properties: '',
      said: said(`broker ${at(tls.brokers)} speaks TLS at that port; set security.protocol=SSL$`),
    },
    {
      name: 'a login without TLS to a port of TLS',
      brokers: scram.tls,
      properties: sasl + login('PLAIN', user, wrongPassword),
      said: said(
        `broker ${at(scram.tls)} speaks TLS at that port; set security.protocol=SASL_SSL$`,
      ),
    },
    {
      name: 'no login',
      brokers: scram.brokers,
      properties: '',
      said: said(
        `broker ${at(scram.brokers)} wants a login; set security.protocol=SASL_PLAINTEXT$`,
      ),
    },
    {
      name: 'no login over TLS',
      brokers: scram.tls,
      properties: ssl,
      said: said(`broker ${at(scram.tls)} wants a login; set security.protocol=SASL_SSL$`),
    },
    {
      name: 'a login where there is none',
      brokers,
      properties: sasl + login('SCRAM-SHA-256', user, wrongPassword),
      said: said(
        `broker ${at(brokers)} has no login at that port; see security.protocol in ${file}$`,
      ),
    },
    ...['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => ({
      name: `a wrong password by ${mechanism}`,
      brokers: scram.brokers,
      properties: sasl + login(mechanism, user, wrongPassword),
      said: said(
        `broker ${at(scram.brokers)} refused user "${user}": wrong name or password; see ` +
          `sasl.jaas.config in ${file}$`,
      ),
    })),
    {
      name: 'an unknown user',
      brokers: scram.tls,
      properties: saslSsl + login('SCRAM-SHA-256', 'bob', password),
      said: said(`broker ${at(scram.tls)} refused user "bob": wrong name or password; see `),
    },
    {
      name: 'a token command that fails',
      brokers: scram.brokers,
      properties:
        `${sasl}sasl.mechanism=OAUTHBEARER\nuc.sasl.oauthbearer.command=false ${wrongPassword}\n`,
      said:
        /^(uc\.sasl\.oauthbearer\.command false: ended with status 1|broker .* has no login by OAUTHBEARER; see sasl\.mechanism in .*)$/,
    },
  ]
}

/** Says what came of each attempt; runs on either runtime. */
const script = `
const base = ${JSON.stringify(`file://${root}/dist/src/kafka/`)}
const { reachBrokers } = await import(base + 'brokers/connection.js')
const { clientConfig } = await import(base + 'config/client-config.js')
const outcomes = []
for (const { brokers, properties } of JSON.parse(process.argv.at(-1))) {
  const config = clientConfig('${file}', properties)
  outcomes.push(
    await reachBrokers({ ...config, brokers: brokers.split(','), connectTimeoutMs: 1000 })
      .then(() => 'reached', (error) => error.stack.includes('${wrongPassword}') ? 'leak' : error.message)
  )
}
process.stdout.write(JSON.stringify(outcomes), () => process.exit())
`

const runtimes: Readonly<Record<string, readonly [string, ...string[]]>> = {
  Node: [process.execPath, '--input-type=module', '-'],
  Deno: [denoPath, 'run', '-A', '--ext=js', '-'],
}

async function run(
  [program, ...args]: readonly [string, ...string[]],
  attempts: readonly Attempt[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ outcomes: readonly string[]; stderr: string }> {
  const child = spawn(program, [...args, JSON.stringify(attempts)], {
    env: { ...process.env, UC_DEBUG: '', ...environment },
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => text.stdout += chunk)
  child.stderr.on('data', (chunk) => text.stderr += chunk)
  child.stdin.end(`import process from 'node:process'\n${script}`)
  const status = await new Promise((resolve) => child.on('close', resolve))
  assert.equal(status, 0, text.stderr)
  return { outcomes: JSON.parse(text.stdout), stderr: text.stderr }
}

describe('a connection', { skip: skipReason }, () => {
  let broker: Broker
  let folder: string
  let attempts: readonly Attempt[]

  before(async () => {
    broker = await startBroker()
    folder = mkdtempSync(join(tmpdir(), 'uc-connection-'))
    const identity = join(folder, 'identity.pem')
    const { key, certificate } = broker.tls
    writeFileSync(identity, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'))
    attempts = attemptsAt(broker, identity)
  })
  after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await broker.stop()
  })

  for (const [runtime, start] of Object.entries(runtimes)) {
    test(`is made, or refused in words that help, on ${runtime}`, async (t) => {
      const { outcomes } = await run(start, attempts)
      for (const [i, { name, said = /^reached$/ }] of attempts.entries()) {
        await t.test(name, () => assert.match(outcomes[i] ?? '', said))
      }
      assert.equal(outcomes.length, attempts.length)
    })

    test(`shows no secret with UC_DEBUG=1 on ${runtime}`, async () => {
      const { password } = broker.scram
      const { stderr } = await run(start, attempts, {
        UC_DEBUG: '1',
        KAFKAJS_LOG_LEVEL: 'debug',
        KAFKAJS_DEBUG_PROTOCOL_BUFFERS: '1',
      })
      assert.match(stderr, /kafkajs DEBUG Connection: Response SaslAuthenticate/)
      const key = readFileSync(broker.tls.key, 'utf8').split('\n')[1] ?? ''
      const secrets = [password, wrongPassword, key].flatMap((secret) => [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('hex'),
      ])
      for (const secret of secrets) assert.ok(!stderr.includes(secret), secret)
      assert.doesNotMatch(stderr, /authBytes|"data"|payload/)
    })
  }

  const configOf = (
    properties: string,
    brokers: string,
    connectTimeoutMs = 5000,
  ): ConnectionConfig => (
    { ...clientConfig(file, properties), brokers: [brokers], connectTimeoutMs }
  )

  test('the attempts say nothing without UC_DEBUG', async () => {
    const { stderr } = await run(runtimes['Node'] ?? ['false'], attempts)
    assert.equal(stderr, '')
  })

  describe('what goes wrong later', () => {
    let kafka: Kafka
    let ann: Kafka
    let place: KafkaPlace
    let annsPlace: KafkaPlace

    before(() => {
      const config = configOf('', broker.brokers)
      kafka = newKafka(config)
      place = config
      const { user, password, brokers } = broker.scram
      const properties = `security.protocol=SASL_PLAINTEXT\n${login('PLAIN', user, password)}`
      const annsConfig = configOf(properties, brokers)
      ann = newKafka(annsConfig)
      annsPlace = annsConfig
    })

    async function troubleWith(
      producer: Producer,
      use: (producer: Producer) => Promise<unknown>,
      where: KafkaPlace,
    ): Promise<string> {
      await producer.connect()
      try {
        await use(producer)
      } catch (error) {
        return troubleOf(error, where)
      } finally {
        await producer.disconnect()
      }
      return assert.fail('nothing went wrong')
    }

    test('an unknown topic', async () => {
      const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 1 } })
      const topic = 'no-such-topic'
      const send = () => producer.send({ topic, messages: [{ value: 'a' }] })
      assert.equal(
        await troubleWith(producer, send, { ...place, topic }),
        `topic "${topic}" does not exist on ${broker.brokers}; kafka-topics --create makes it`,
      )
    })

    test('a message that is too large', async () => {
      const topic = await newTopic(broker.brokers, { config: { 'max.message.bytes': '1000' } })
      const producer = kafka.producer({ retry: { retries: 1 } })
      const send = () => producer.send({ topic, messages: [{ value: 'a'.repeat(2000) }] })
      assert.equal(
        await troubleWith(producer, send, { ...place, topic }),
        `a message is larger than topic "${topic}" takes; raise its max.message.bytes`,
      )
    })

    test('a producer that another has fenced', async () => {
      const topic = await newTopic(broker.brokers)
      const transactional = { transactionalId: topic, maxInFlightRequests: 1, idempotent: true }
      const other = kafka.producer(transactional)
      const send = async (producer: Producer) => {
        const transaction = await producer.transaction()
        await other.connect()
        await (await other.transaction()).abort()
        await transaction.send({ topic, messages: [{ value: 'a' }] })
      }
      const producer = kafka.producer({ ...transactional, retry: { retries: 1 } })
      assert.equal(
        await troubleWith(producer, send, place),
        'another process has taken over and goes on; this one must end',
      )
      await other.disconnect()
    })

    test('a topic and a group that the user may not use', async () => {
      const { user } = broker.scram
      const [topic, hidden] = [await newTopic(broker.brokers), 'hidden-group']
      const rule = (resourceType: kafkajs.AclResourceTypes, resourceName: string) => ({
        resourceType,
        resourceName,
        resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
        principal: `User:${user}`,
        host: '*',
        operation: kafkajs.AclOperationTypes.ALL,
        permissionType: kafkajs.AclPermissionTypes.DENY,
      })
      const { GROUP, TOPIC } = kafkajs.AclResourceTypes
      const acl = [rule(TOPIC, topic), rule(GROUP, hidden)]
      await withAdmin(broker.brokers, (admin) => admin.createAcls({ acl }))

      const producer = ann.producer({ retry: { retries: 1 } })
      const send = () => producer.send({ topic, messages: [{ value: 'a' }] })
      assert.equal(
        await troubleWith(producer, send, { ...annsPlace, topic }),
        `user "${user}" may not use topic "${topic}"; kafka-acls grants it`,
      )
      assert.equal(
        await troubleOfGroup(hidden),
        `no broker serves group "${hidden}"; may user "${user}" use it (kafka-acls grants it), and ` +
          'are all brokers up?',
      )
    })

    async function troubleOfGroup(group: string): Promise<string> {
      const consumer = ann.consumer({ groupId: group, retry: { retries: 1 } })
      try {
        await consumer.connect()
        await consumer.subscribe({ topic: await newTopic(broker.brokers) })
        const crashed = new Promise<Error>((resolve) => {
          consumer.on('consumer.crash', ({ payload }) => resolve(payload.error))
        })
        await consumer.run({ eachBatch: async () => {} })
        return troubleOf(await crashed, { ...annsPlace, group })
      } catch (error) {
        return troubleOf(error, { ...annsPlace, group })
      } finally {
        await consumer.disconnect()
      }
    }
  })

  test('a broker that starts late is waited for, which is said once', async () => {
    await broker.down()
    const said: string[] = []
    const config = configOf('', broker.brokers, 30_000)
    const reached = reachBrokers(config, (text) => said.push(text))
    await broker.up()
    await reached
    assert.deepEqual(said, [
      `waiting: broker ${broker.brokers} does not answer (connection refused); is it running? ` +
      '--brokers names others',
    ])
  })
})

describe('the program that prints a token', () => {
  const words = (...command: string[]) => command.map((word) => new Secret(word))
  const refused = (message: string) => (error: unknown) => {
    assert.ok(error instanceof UcError && error.code === 'failed')
    assert.equal(error.message, `uc.sasl.oauthbearer.command ${message}`)
    return true
  }

  test('is run without a shell', async () => {
    assert.equal(await tokenOf(words('printf', '%s\\n', '$HOME;a.b.c')), '$HOME;a.b.c')
  })

  test('is named by what is wrong with it, without its arguments', async () => {
    const cases: readonly (readonly [string, ...string[]])[] = [
      ['/no/such/program: no such file or folder', '/no/such/program'],
      ['false: ended with status 1', '/bin/false'],
      ['true: expected a token on its standard output, which is empty', 'true'],
      ['echo: expected a token alone on its standard output', 'echo', 'a'],
    ]
    for (const [message, ...command] of cases) {
      const expected = message.replace('/no/such/', '')
      await assert.rejects(tokenOf(words(...command, wrongPassword)), refused(expected))
    }
  })
})

test('what no broker here can do is told as well', () => {
  const place = { brokers: ['a:1'], file }
  const error = (fields: object) => Object.assign(new Error('Some words'), fields)
  const cases: readonly (readonly [object, string])[] = [
    [
      { message: 'invalid peer certificate: Expired', broker: 'a:1' },
      'the certificate of a:1 expired',
    ],
    [
      { message: 'invalid peer certificate: NotValidForName', broker: 'a:1' },
      'the certificate of a:1 is for',
    ],
    [
      { message: 'invalid peer certificate: UnknownIssuer', broker: 'a:1' },
      'the certificate of a:1 is signed by nobody',
    ],
    [{ code: 'CERT_NOT_YET_VALID', broker: 'a:1' }, 'the certificate of a:1 is not valid yet'],
    [
      { code: 'EHOSTUNREACH', broker: 'b:1' },
      'broker b:1 does not answer (no way to that network); the cluster names it by advertised.listeners',
    ],
    [{ name: 'KafkaJSRequestTimeoutError' }, 'broker a:1 does not answer (timeout)'],
    [{ type: 'GROUP_AUTHORIZATION_FAILED' }, 'we may not use the group; kafka-acls grants it'],
    [{ type: 'CORRUPT_MESSAGE' }, 'broker a:1 refused messages as damaged'],
    [{ type: 'NOT_ENOUGH_REPLICAS' }, 'the topic has fewer replicas'],
    [
      { message: 'Connection error: Requires net access to "a:1", run again with --allow-net' },
      'deno: requires net access to "a:1", run again with --allow-net',
    ],
    [{}, 'broker a:1: some words'],
  ]
  for (const [fields, begin] of cases) {
    const wrapped = new Error('wrapped', { cause: error(fields) })
    const said = troubleOf(wrapped, place)
    assert.ok(said.startsWith(begin), said)
    assert.ok(!said.includes('\n'))
  }
  const inner = new UcError('failed', 'a token is missing')
  assert.equal(troubleOf(new Error('x', { cause: inner }), place), 'a token is missing')
})
