/**
 * From a file of properties, flags and the environment to what a connection is made of. All that is
 * wrong is told with its place, and no message shows a secret.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { renderHelp } from '../../../src/cli/help.ts'
import type { Command } from '../../../src/cli/commands.ts'
import { settle } from '../../../src/cli/kafka-connection.ts'
import { kafka, kafkaRead, kafkaWrite } from '../../../src/cli/options/kafka.ts'
import { parseArguments } from '../../../src/cli/parse.ts'
import { UcError } from '../../../src/errors.ts'
import { type ClientConfig, clientConfig } from '../../../src/kafka/config/client-config.ts'
import { clientKeys } from '../../../src/kafka/config/client-keys.ts'
import { parseJaas } from '../../../src/kafka/config/jaas.ts'
import { parseProperties } from '../../../src/kafka/config/properties.ts'
import { seed, seedHint } from '../../support/seed.ts'

const file = 'client.properties'
const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule'
const scram = `security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=${scramModule} required username="ann" password="gehe1m";
`

function valuesOf(text: string): Record<string, string> {
  return Object.fromEntries([...parseProperties(text)].map(([key, { value }]) => [key, value]))
}

/** The message that the text of a file is refused with. */
function refusal(text: string): string {
  try {
    clientConfig(file, text)
  } catch (error) {
    assert.ok(error instanceof UcError, String(error))
    assert.equal(error.code, 'usage')
    return error.message
  }
  return assert.fail('it was accepted')
}

describe('properties are read as Java reads them', () => {
  const cases: Readonly<Record<string, Record<string, string>>> = {
    'a=b': { a: 'b' },
    'a:b': { a: 'b' },
    'a b': { a: 'b' },
    'a': { a: '' },
    '  a  =  b ': { a: 'b ' },
    'a : = b': { a: '= b' },
    'a==b': { a: '=b' },
    'a=b#c': { a: 'b#c' },
    '# a=1\n ! b=2\nc=3': { c: '3' },
    'a=1\r\nb=2\rc=3': { a: '1', b: '2', c: '3' },
    'a=b\\\n   c': { a: 'bc' },
    'a=b\\\n#c': { a: 'b#c' },
    'a=b\\\\\nc=d': { a: 'b\\', c: 'd' },
    'a=b\\\r\n  c': { a: 'bc' },
    'a\\ b\\=c\\:=d': { 'a b=c:': 'd' },
    'a=\\u00e9\\u4E2D\\t\\n\\q': { a: 'é中\t\nq' },
    'a=\\\\u00e9': { a: '\\u00e9' },
    'a=1\na=2': { a: '2' },
    'a=b\\': { a: 'b' },
    '\ta\t=\tb': { a: 'b' },
    '__proto__=1\nconstructor=2': { ['__proto__']: '1', constructor: '2' },
  }
  for (const [text, values] of Object.entries(cases)) {
    test(JSON.stringify(text), () => assert.deepEqual(valuesOf(text), values))
  }

  test('whatever is written with escapes is read again', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const keys = fc.uniqueArray(text.filter((key) => key !== ''), { maxLength: 6 })
    fc.assert(
      fc.property(
        keys,
        fc.array(text, { minLength: 6, maxLength: 6 }),
        fc.nat(3),
        (keys, v, how) => {
          const entries = keys.map((key, i) => [key, v[i] ?? ''] as const)
          const separator = ['=', ':', ' = ', ' '][how] ?? '='
          const lines = entries.map(([key, value]) => escaped(key) + separator + escaped(value))
          const read = [...parseProperties(lines.join('\n'))].map((
            [key, { value }],
          ) => [key, value])
          assert.deepEqual(read, entries)
        },
      ),
      { seed },
    )
  })

  /** Every character in one of the ways to write it, some with the line broken behind. */
  function escaped(text: string): string {
    return [...text].map((character, i, { length }) => {
      if (!/[a-z]/i.test(character)) {
        const units = character.split('')
        return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(
          '',
        )
      }
      return i % 3 === 1 && i + 1 < length ? `${character}\\\n  ` : character
    }).join('')
  }

  test('a key is placed at the line on which it begins', () => {
    const lines = [...parseProperties('# x\n\na=1\\\n2\\\n3\nb=4').values()]
    assert.deepEqual(lines.map(({ line }) => line), [3, 6])
  })

  test('a bad escape is told by its line, without what stands there', () => {
    const message = `${file}: line 2: expected four hexadecimal digits after \\u`
    assert.equal(refusal('a=\\u0061\nssl.key.password=\\ugehe1m'), message)
  })
})

describe('the login module', () => {
  function optionsOf(text: string): unknown {
    const { module, options } = parseJaas(text)
    return [module, ...[...options].map(([name, secret]) => [name, secret.reveal()])]
  }

  test('has options in either kind of quotes or in none, with escapes and comments', () => {
    assert.deepEqual(
      optionsOf(
        `a.b.ScramLoginModule required\n username="a\\"n\\\\n\\101\\t" password='x;y=z' c=d // e\n/* f */;`,
      ),
      ['ScramLoginModule', ['username', 'a"n\\nA\t'], ['password', 'x;y=z'], ['c', 'd']],
    )
  })

  const wrong: Readonly<Record<string, RegExp>> = {
    '': /expected MODULE required/,
    'ScramLoginModule': /expected MODULE required/,
    'M username="ann";': /expected required behind/,
    'M required username="ann" password="gehe1m"': /semicolon at the end/,
    'M required username="ann" password="gehe1m;': /quotes that end, from character 36/,
    'M required username "gehe1m";': /OPTION="VALUE" for option 1/,
    'M required username="ann" gehe1m;': /OPTION="VALUE" for option 2/,
    'M required a="b"; N required c="gehe1m";': /one login module/,
  }
  for (const [text, message] of Object.entries(wrong)) {
    test(`is refused: ${text}`, () => {
      assert.throws(() => parseJaas(text), message)
      assert.throws(() => parseJaas(text), (error: Error) => !error.message.includes('gehe1m'))
    })
  }
})

describe('client.properties', () => {
  test('without one nothing is encrypted and nobody logs in', () => {
    const { tls, sasl, clientId, options, idle } = clientConfig(undefined, '')
    assert.deepEqual([tls, sasl, clientId, options.size, idle], [undefined, undefined, 'uc', 0, []])
  })

  test('says how to log in', () => {
    const { sasl, tls } = clientConfig(file, scram)
    assert.ok(sasl !== undefined && sasl.mechanism === 'SCRAM-SHA-256')
    assert.deepEqual([sasl.user, sasl.password.reveal()], ['ann', 'gehe1m'])
    assert.deepEqual(tls, { authorities: undefined, identity: undefined, isHostChecked: true })
    const plain = scram.replace('SCRAM-SHA-256', 'PLAIN').replace('scram.Scram', 'plain.Plain')
    assert.equal(clientConfig(file, plain).sasl?.mechanism, 'PLAIN')
  })

  test('names a program that prints the token', () => {
    const { sasl } = clientConfig(
      file,
      'security.protocol=sasl_ssl\nsasl.mechanism=OAUTHBEARER\n' +
        'sasl.jaas.config=a.OAuthBearerLoginModule required;\n' +
        'uc.sasl.oauthbearer.command=get-token  --for kafka',
    )
    assert.ok(sasl !== undefined && sasl.mechanism === 'OAUTHBEARER')
    assert.deepEqual(sasl.command.map((word) => word.reveal()), ['get-token', '--for', 'kafka'])
  })

  for (
    const [given, sessionTimeout, heartbeatInterval] of [
      ['', 6000, 2000],
      ['session.timeout.ms=3000', 3000, 1000],
      ['session.timeout.ms=45000', 45_000, 2000],
      ['heartbeat.interval.ms=5000', 6000, 5000],
    ] as const
  ) {
    test(`sessions and heartbeats go together: "${given}"`, () => {
      const { consumer } = clientConfig(file, given)
      assert.deepEqual(consumer, { sessionTimeout, heartbeatInterval })
    })
  }

  test('says times and sizes', () => {
    const config = clientConfig(
      file,
      `client.id=me
client.rack=r1
request.timeout.ms=1000
session.timeout.ms=6000
heartbeat.interval.ms=500
max.poll.interval.ms=7000
retry.backoff.ms=30
retry.backoff.max.ms=3000
metadata.max.age.ms=60000
max.partition.fetch.bytes=1000
fetch.max.wait.ms=100
fetch.min.bytes=1
fetch.max.bytes=5000`,
    )
    assert.deepEqual(
      [config.clientId, config.requestTimeoutMs, config.retry],
      ['me', 1000, { initialRetryTime: 30, maxRetryTime: 3000 }],
    )
    assert.deepEqual(config.consumer, {
      sessionTimeout: 6000,
      heartbeatInterval: 500,
      rebalanceTimeout: 7000,
      maxBytesPerPartition: 1000,
      maxWaitTimeInMs: 100,
      metadataMaxAge: 60_000,
      minBytes: 1,
      maxBytes: 5000,
      rackId: 'r1',
    })
  })

  test('what has no effect is accepted and told', () => {
    assert.deepEqual(clientConfig(file, 'acks=all\nconnections.max.idle.ms=1').idle, [
      { key: 'acks', line: 1, why: 'what exactly-once needs is set here' },
      {
        key: 'connections.max.idle.ms',
        line: 2,
        why: 'the sockets keep the settings of the system',
      },
    ])
  })

  test('every key that is known does what the table says', () => {
    for (const [key, { use }] of Object.entries(clientKeys)) {
      const accepted = attempt(`${key}=1`)
      if (use === 'refused') assert.match(String(accepted), new RegExp(`^${file}:1: ${key}: `))
      else if (use !== 'read') {
        assert.ok(typeof accepted !== 'string', `${key}: ${String(accepted)}`)
        const told = use === 'none'
          ? accepted.idle.map((idle) => idle.key)
          : [...accepted.options.keys()]
        assert.deepEqual(told, [key])
      } else if (typeof accepted !== 'string') {
        assert.doesNotMatch(key, /^(ssl|sasl|uc)\./, `${key} counts without TLS and login`)
        assert.notDeepEqual(
          { ...accepted, file: undefined },
          clientConfig(undefined, ''),
          `${key} is read, and changes nothing`,
        )
      } else assert.ok(accepted.startsWith(`${file}:1: ${key}`), accepted)
    }
  })

  function attempt(text: string): ClientConfig | string {
    try {
      return clientConfig(file, text)
    } catch (error) {
      return (error as Error).message
    }
  }

  const wrong: Readonly<Record<string, string>> = {
    'sasl.mechanisms=PLAIN': ':1: unknown key "sasl.mechanisms"; did you mean sasl.mechanism?',
    '\n\nbootstrap.server=a:1':
      ':3: unknown key "bootstrap.server"; did you mean bootstrap.servers?',
    'ssl.ca.location=a': ':1: unknown key "ssl.ca.location"; did you mean ssl.truststore.location?',
    'SASL.mechanism=PLAIN': ':1: unknown key "SASL.mechanism"; did you mean sasl.mechanism?',
    'some.other.thing=1': ':1: unknown key "some.other.thing"; expected a key of the Java client',
    'client.id=a\nMIIgehe1m=x':
      ':2: expected a key of the Java client; has the line above lost its \\ at the end?',
    'security.protocol=TLS':
      ':1: security.protocol "TLS": expected PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL',
    'sasl.mechanism=PLAIN':
      ':1: sasl.mechanism "PLAIN": needs security.protocol=SASL_SSL or SASL_PLAINTEXT, but it is PLAINTEXT',
    'ssl.endpoint.identification.algorithm=':
      ':1: ssl.endpoint.identification.algorithm "": needs security.protocol=SSL, but it is PLAINTEXT',
    'security.protocol=SASL_PLAINTEXT\nssl.key.password=gehe1m':
      ':2: ssl.key.password: needs security.protocol=SASL_SSL, but it is SASL_PLAINTEXT',
    'security.protocol=SASL_SSL':
      ': sasl.mechanism: missing; expected PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
    'security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI':
      ':2: sasl.mechanism "GSSAPI": expected PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
    'security.protocol=SASL_SSL\nsasl.mechanism=PLAIN':
      ': sasl.jaas.config: missing; expected org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";',
    [scram.replace('SCRAM-SHA-256', 'PLAIN')]:
      ':3: sasl.jaas.config: PlainLoginModule is expected for sasl.mechanism=PLAIN',
    [scram.replace('password=', 'pass=')]:
      ':3: sasl.jaas.config: expected the options username and password, and no other',
    [scram.replace(' username="ann"', '')]:
      ':3: sasl.jaas.config: username missing; expected username="…"',
    [scram.replace('password="gehe1m"', '')]:
      ':3: sasl.jaas.config: password missing; expected password="…"',
    [scram.replace(';', '')]: ':3: sasl.jaas.config: expected a semicolon at the end',
    [`${scram}uc.sasl.oauthbearer.command=gehe1m`]:
      ':4: uc.sasl.oauthbearer.command: needs sasl.mechanism=OAUTHBEARER, but it is SCRAM-SHA-256',
    'security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER':
      ': uc.sasl.oauthbearer.command: missing; expected a program that prints the token, and its arguments',
    'heartbeat.interval.ms=6000':
      ':1: heartbeat.interval.ms "6000": heartbeat.interval.ms, 6000, has to be less than session.timeout.ms, 6000',
    'session.timeout.ms=2000\nheartbeat.interval.ms=2000':
      ':2: heartbeat.interval.ms "2000": heartbeat.interval.ms, 2000, has to be less than session.timeout.ms, 2000',
    'request.timeout.ms=1s': ':1: request.timeout.ms "1s": expected a whole number from 1 on',
    'transactional.id=x': ':1: transactional.id: it follows from the group; see --group',
    'security.protocol=SSL\nssl.keystore.key=gehe1m':
      ':2: ssl.keystore.key: needs ssl.keystore.certificate.chain as well',
    'security.protocol=SSL\nssl.keystore.certificate.chain=x':
      ':2: ssl.keystore.certificate.chain "x": needs ssl.keystore.key as well',
    'security.protocol=SSL\nssl.key.password=gehe1m':
      ':2: ssl.key.password: there is no key; set ssl.keystore.location',
    'security.protocol=SSL\nssl.truststore.password=gehe1m':
      ':2: ssl.truststore.password: PEM stores have none; a key is unlocked by ssl.key.password',
    'security.protocol=SSL\nssl.truststore.location=/no/such':
      ':2: ssl.truststore.location "/no/such": no such file or folder',
    'security.protocol=SSL\nssl.truststore.certificates=x':
      ':2: ssl.truststore.certificates "x": expected a certificate: -----BEGIN CERTIFICATE-----',
    'security.protocol=SSL\nssl.truststore.certificates=x\nssl.truststore.location=y':
      ':2: ssl.truststore.certificates "x": ssl.truststore.location is set too; one of them says it',
    'security.protocol=SSL\nssl.endpoint.identification.algorithm=http':
      ':2: ssl.endpoint.identification.algorithm "http": expected https, or nothing for no check',
    'security.protocol=SSL\nssl.truststore.type=JKS\nssl.truststore.location=t.jks':
      ':2: ssl.truststore.type "JKS": is a JKS store; convert it to PEM: keytool -importkeystore ' +
      '-srckeystore t.jks -destkeystore store.p12 -deststoretype PKCS12, then openssl pkcs12 -in ' +
      'store.p12 -out store.pem -nodes; then set ssl.truststore.type=PEM',
  }
  for (const [text, message] of Object.entries(wrong)) {
    test(`is refused: ${message}`, () => assert.equal(refusal(text), file + message))
  }

  test('no file is told as such', async () => {
    await assert.rejects(
      settled(['--kafka-config', '/no/such']),
      { code: 'usage', message: '/no/such: no such file or folder' },
    )
  })
})

describe('stores of TLS', () => {
  let folder: string
  const path = (name: string) => join(folder, name)
  const text = (name: string) => readFileSync(path(name), 'utf8')
  const inline = (name: string) => text(name).trim().replaceAll('\n', ' \\\n  ')

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'uc-stores-'))
    const run = (command: string) =>
      execFileSync('sh', ['-c', command], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
    for (const name of ['a', 'b']) {
      run(`openssl req -x509 ${key} -keyout ${name}.key -out ${name}.pem -subj /CN=${name} -days 2`)
    }
    run('openssl pkcs8 -topk8 -in a.key -out locked.key -passout pass:gehe1m')
    run('cat a.key a.pem > a.store; cat locked.key a.pem > locked.store')
    run('openssl pkcs12 -export -in a.pem -inkey a.key -out a.p12 -passout pass:gehe1m')
    writeFileSync(path('a.jks'), Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const ssl = (...lines: string[]) =>
    clientConfig(file, ['security.protocol=SSL', ...lines].join('\n')).tls

  test('hold authorities in a file or in the property', () => {
    const expected = text('a.pem')
    assert.equal(ssl(`ssl.truststore.location=${path('a.pem')}`)?.authorities, expected)
    const certificates = `ssl.truststore.certificates=${inline('a.pem')}`
    assert.equal(ssl('ssl.truststore.type=PEM', certificates)?.authorities, expected)
  })

  test('hold key and certificates in one file or in two properties, locked or not', () => {
    const stores = [
      [`ssl.keystore.location=${path('a.store')}`],
      [`ssl.keystore.location=${path('locked.store')}`, 'ssl.key.password=gehe1m'],
      [
        `ssl.keystore.key=${inline('locked.key')}`,
        `ssl.keystore.certificate.chain=${inline('a.pem')}`,
        'ssl.key.password=gehe1m',
      ],
    ]
    for (const store of stores) {
      const identity = ssl('ssl.keystore.type=PEM', ...store)?.identity
      assert.equal(identity?.certificates, text('a.pem'))
      assert.equal(identity?.key.reveal(), text('a.key'))
    }
  })

  test('are refused where they do not fit', () => {
    const store = (name: string) => `ssl.keystore.location=${path(name)}`
    const refused = (lines: string, message: RegExp) => {
      const said = refusal(`security.protocol=SSL\n${lines}`)
      assert.match(said, message)
      assert.doesNotMatch(said, /gehe1m|BEGIN (EC |ENCRYPTED )?PRIVATE.*MI/)
    }
    refused(store('locked.store'), /the private key is locked; set ssl.key.password/)
    refused(`${store('locked.store')}\nssl.key.password=falsch`, /password does not unlock/)
    refused(store('a.pem'), /expected a private key/)
    refused(store('a.key'), /expected a certificate/)
    refused(
      `ssl.keystore.key=${inline('a.key')}\nssl.keystore.certificate.chain=${inline('b.pem')}`,
      /chain: the first certificate is not of the private key/,
    )
    refused(store('a.p12'), /it is a PKCS12 store; convert it to PEM: openssl pkcs12 -in /)
    refused(store('a.jks'), /it is a JKS store; convert it to PEM: keytool -importkeystore /)
    refused(`ssl.keystore.key=${inline('a.key').slice(0, 90)}`, /chain as well/)
    const cut = text('a.pem').replace(/\n.*\n(?=-----END)/, '\n')
    writeFileSync(path('cut.pem'), cut)
    refused(`ssl.truststore.location=${path('cut.pem')}`, /the certificate cannot be read/)
  })

  test('the check of the name of the host is turned off by an empty value alone', () => {
    assert.equal(ssl()?.isHostChecked, true)
    assert.equal(ssl('ssl.endpoint.identification.algorithm=https')?.isHostChecked, true)
    assert.equal(ssl('ssl.endpoint.identification.algorithm=')?.isHostChecked, false)
  })

  test('a config that is printed shows no secret', () => {
    const config = clientConfig(
      file,
      `${scram}ssl.keystore.location=${path('locked.store')}\nssl.key.password=gehe1m`,
    )
    const [, line = ''] = text('a.key').split('\n')
    for (const shown of [inspect(config, { depth: 9, showHidden: true }), JSON.stringify(config)]) {
      assert.ok(!shown.includes('gehe1m') && !shown.includes(line), shown)
      assert.ok(shown.includes('ann'))
    }
    assert.equal(
      `${config.sasl?.mechanism === 'SCRAM-SHA-256' && config.sasl.password}`,
      '(secret)',
    )
  })
})

test('secrets stand in no message, wherever a file is cut or a character is changed', () => {
  const secret = 'Geheimnis7'
  const whole = `client.id=me
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=${scramModule} required \\
  username="ann" \\
  password="${secret}";
ssl.key.password=${secret}
`
  let refused = 0
  const check = (text: string) => {
    try {
      clientConfig(file, text)
    } catch (error) {
      refused++
      assert.ok(error instanceof UcError, inspect(error))
      assert.doesNotMatch(inspect(error), /Gehe|heim|nis7/)
    }
  }
  for (let i = 0; i < whole.length; i++) {
    check(whole.slice(0, i))
    for (const other of ['=', ' ', '\n', '"', '\\', ';']) {
      check(whole.slice(0, i) + other + whole.slice(i + 1))
      check(whole.slice(0, i) + other + whole.slice(i))
    }
  }
  assert.ok(refused > 1000, `${refused} refused; ${seedHint}`)
})

const options = { ...kafka, ...kafkaRead, ...kafkaWrite }
const command: Command<typeof options> = {
  name: 'uc-test',
  brief: '',
  usage: '',
  reads: '',
  writes: '',
  options,
  example: '',
  exits: [],
}

async function settled(
  argv: readonly string[],
): Promise<ReturnType<typeof settle<typeof options>>> {
  return settle(options, await parseArguments(command, argv))
}

describe('flag, environment, file, default', () => {
  let folder: string
  let config: string
  const names = ['BROKERS', 'TOPIC', 'GROUP', 'RESULT_TOPIC', 'CONFIG'].map((each) =>
    `UC_KAFKA_${each}`
  )
  const clear = () => names.forEach((name) => delete process.env[name])

  before(() => {
    clear()
    folder = mkdtempSync(join(tmpdir(), 'uc-config-'))
    config = join(folder, file)
    const lines = ['bootstrap.servers=file:1', 'group.id=file', '', 'compression.type=gzip']
    writeFileSync(config, lines.join('\n'))
  })
  after(() => {
    clear()
    rmSync(folder, { recursive: true, force: true })
  })

  test('each stands above the next', async () => {
    const brokersOf = async (...argv: string[]) => (await settled(argv)).connection.brokers
    assert.deepEqual(await brokersOf(), ['localhost:9092'])
    assert.deepEqual(await brokersOf('--kafka-config', config), ['file:1'])
    process.env['UC_KAFKA_CONFIG'] = config
    assert.deepEqual(await brokersOf(), ['file:1'])
    const { values } = await settled([])
    assert.deepEqual([values.group, values.compression, values.topic], ['file', 'gzip', 'frames'])
    process.env['UC_KAFKA_BROKERS'] = 'env:1,env:2'
    assert.deepEqual(await brokersOf(), ['env:1', 'env:2'])
    assert.deepEqual(await brokersOf('--brokers', 'flag:1'), ['flag:1'])
    // The default, typed, is no default
    assert.deepEqual(await brokersOf('--brokers', 'localhost:9092'), ['localhost:9092'])
    process.env['UC_KAFKA_BROKERS'] = ''
    assert.deepEqual(await brokersOf(), ['file:1'])
    clear()
  })

  test('every variable is read, and a wrong value is told by its name', async () => {
    process.env['UC_KAFKA_TOPIC'] = 't'
    process.env['UC_KAFKA_GROUP'] = 'g'
    process.env['UC_KAFKA_RESULT_TOPIC'] = 'r'
    const { values } = await settled([])
    assert.deepEqual([values.topic, values.group, values.resultTopic], ['t', 'g', 'r'])
    process.env['UC_KAFKA_BROKERS'] = 'nowhere'
    const message = 'UC_KAFKA_BROKERS "nowhere": expected HOST:PORT, or several with commas'
    await assert.rejects(settled([]), { code: 'usage', message })
    assert.deepEqual((await settled(['--brokers', 'a:1'])).connection.brokers, ['a:1'])
    clear()
  })

  test('a wrong value in the file is told by its line', async () => {
    const wrong = join(folder, 'wrong.properties')
    writeFileSync(wrong, '\ncompression.type=best')
    const message = `${wrong}:2: compression.type "best": expected none, gzip, snappy, lz4 or zstd`
    await assert.rejects(settled(['--kafka-config', wrong]), { code: 'usage', message })
    assert.equal(
      (await settled(['--kafka-config', wrong, '--compression', 'none'])).values.compression,
      'none',
    )
  })

  test('brokers are hosts with ports', async () => {
    const right = ['a:1', 'a.b-c:65535,127.0.0.1:9092', '[::1]:9092']
    for (const text of right) assert.ok((await settled(['--brokers', text])).connection.brokers)
    for (
      const text of [
        'a',
        'a:',
        ':1',
        'a:0',
        'a:65536',
        'a:1,',
        'a:1 b:2',
        'kafka://a:1',
        '::1:9092',
      ]
    ) {
      await assert.rejects(settled(['--brokers', text]), /expected HOST:PORT/, text)
    }
  })

  test('the help names the variable and the key', () => {
    const help = renderHelp(command, { isLong: true }).replace(/\s+/g, ' ')
    assert.ok(
      help.includes(
        'Also UC_KAFKA_BROKERS in the environment, or bootstrap.servers in the file of --kafka-config.',
      ),
      help,
    )
  })

  test('every example is accepted, every default read', async () => {
    for (const option of Object.values(options)) {
      const { given } = await parseArguments(command, option.example.split(' '))
      assert.ok(given.has(option), option.example)
      assert.ok(option.brief.length < 60, option.name)
    }
  })
})
