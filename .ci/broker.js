/**
 * A real Kafka broker for tests and trials: one node from Kafka's own jars, in a folder that goes
 * away with it, with a listener for each way to connect, also the ways that must fail. Plain
 * JavaScript without packages, so that it starts before anything is installed or built.
 *
 * It lives as long as its standard input (`start`) or until a signal. Were that left to those who
 * use it, a test that is killed would leave a JVM of 360 MB behind. Should this script itself be
 * killed, a shell that waits for its end cleans up.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const usage = `A Kafka broker for tests and trials. Its topics go away with it.

  node .ci/broker.js [--port N]        runs one until Ctrl-C
  node .ci/broker.js start [--port N]  the same for programs: describes it in a line of JSON, ends
                                       with standard input, obeys the lines stop, crash, go and restart
  node .ci/broker.js jars              prints the folder of Kafka's jars; fetches them by Maven
  node .ci/broker.js check             tells what is missing; status 1 if anything is

Kafka's tools are in the jars. A new topic:

  java -cp "$(node .ci/broker.js jars)/*" org.apache.kafka.tools.TopicCommand \\
    --bootstrap-server 127.0.0.1:9092 --create --topic frames --partitions 4
`

/** The newest whose tools are published, too; they run with no other version's jars. */
const kafka = '4.3.1'

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>uc</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', kafka)}
    ${dependency('org.apache.kafka', 'kafka-tools', kafka, { isAlone: true })}
    ${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', '2.25.5')}
  </dependencies>
</project>
`
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** Named by what it holds, so that other versions get another folder. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'uc-broker')
const jars = join(cache, createHash('sha256').update(pom).digest('hex').slice(0, 12))

/** The first two start the broker in 2.8 s instead of 3.4. */
const jvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m', '-Dlog4j2.level=WARN']

const user = 'ann'
const scrams = ['SCRAM-SHA-256', 'SCRAM-SHA-512']

/** In the order of their ports. The first one is where brokers and controllers talk, too. */
const listeners = [
  { name: 'PLAINTEXT', protocol: 'PLAINTEXT' },
  { name: 'TLS', protocol: 'SSL', certificate: 'server' },
  { name: 'MUTUAL', protocol: 'SSL', certificate: 'server', asksClient: true },
  { name: 'EXPIRED', protocol: 'SSL', certificate: 'expired' },
  { name: 'ELSEWHERE', protocol: 'SSL', certificate: 'elsewhere' },
  { name: 'SASL', protocol: 'SASL_PLAINTEXT' },
  { name: 'SASLTLS', protocol: 'SASL_SSL', certificate: 'server' },
]

const here = 'DNS:localhost,IP:127.0.0.1'
const certificates = [
  { name: 'server', subject: 'localhost', names: here },
  { name: 'elsewhere', subject: 'other.example', names: 'DNS:other.example' },
  { name: 'expired', subject: 'localhost', names: here, lastDay: -1 },
  { name: 'client', subject: 'uc', names: 'DNS:uc.example' },
]

const dayMs = 24 * 60 * 60 * 1000
const answerMs = 60_000
const stopMs = 10_000

/** What runs now and must not outlive this script. */
const children = new Set()
const folders = new Set()
let isEnding = false

/** `isAlone`: without what it depends on; only parts of it that nobody here uses need that. */
function dependency(group, artifact, version, { isAlone = false } = {}) {
  const none = '<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>'
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
    `<version>${version}</version>${isAlone ? `<exclusions>${none}</exclusions>` : ''}</dependency>`
}

/** What is needed and not there; Maven only until the jars are. */
function missing() {
  const needed = existsSync(jars) ? ['openssl'] : ['openssl', 'mvn']
  const lacking = needed.filter((program) => outputOf('sh', '-c', `command -v ${program}`) === '')
  const version = outputOf('sh', '-c', 'java -version 2>&1')
  const major = Number(/version "(\d+)/.exec(version)?.[1] ?? 0)
  return [...lacking, ...(major >= 17 ? [] : ['java 17'])]
}

function outputOf(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}

function start(command, args, options) {
  const child = spawn(command, args, options)
  children.add(child)
  child.ended = once(child, 'close').finally(() => children.delete(child))
  child.ended.catch(() => {}) // told where it is awaited
  return child
}

/** Runs a command to its end; throws what it wrote unless it ends well. */
async function run(command, args, { cwd } = {}) {
  const child = start(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output += chunk)
  const [status] = await child.ended
  if (status !== 0) throw new Error(`${command} failed\n${output.trim()}`)
}

/** A folder that is gone when this script is. */
function passingFolder(prefix) {
  const folder = mkdtempSync(prefix)
  folders.add(folder)
  return folder
}

/**
 * Fetches the jars unless they are there. They appear under their name all at once: neither a kill
 * in mid-download nor a second run at the same time leaves half of them.
 */
async function fetchJars() {
  if (existsSync(jars)) return
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache).filter((each) => each.startsWith('filling-'))) {
    const path = join(cache, name) // of a run that was killed, unless it is recent
    if (Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { recursive: true, force: true })
  }
  process.stderr.write(`fetching the jars of Kafka ${kafka} (mvn) …\n`)
  const folder = passingFolder(join(cache, 'filling-'))
  writeFileSync(join(folder, 'pom.xml'), pom)
  const args = ['-B', '-ntp', '-q', copyDependencies, `-DoutputDirectory=${join(folder, 'jars')}`]
  const fetch = () => run('mvn', args, { cwd: folder })
  await fetch().catch((error) => isEnding ? undefined : fetch(error)) // two may disturb each other
  try {
    renameSync(join(folder, 'jars'), jars)
  } catch (error) {
    if (!existsSync(jars)) throw error
  }
  rmSync(folder, { recursive: true })
}

/** Makes an authority, and `NAME.pem`, `NAME.key` and, as Kafka wants them, `NAME.store` of it. */
async function certify(folder) {
  const openssl = (...args) => run('openssl', args, { cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout']
  const authority = ['-x509', '-days', '2', '-subj', '/CN=uc test authority']
  await openssl('req', ...authority, ...key, 'ca.key', '-out', 'ca.pem')
  const policy = '[any]\ncommonName=supplied\n'
  const settings =
    'database=issued\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n'
  const config = `[ca]\ndefault_ca=it\n[it]\nunique_subject=no\n${settings}${policy}`
  writeFileSync(join(folder, 'ca.cnf'), config)
  writeFileSync(join(folder, 'issued'), '')
  for (const { name, subject, names, lastDay = 2 } of certificates) {
    const [request, extension] = [`${name}.request`, `${name}.extension`]
    await openssl('req', '-subj', `/CN=${subject}`, ...key, `${name}.key`, '-out', request)
    writeFileSync(join(folder, extension), `subjectAltName=${names}\n`)
    // `ca`, since other commands of openssl 3.0 cannot date a certificate back
    const days = ['-startdate', opensslTime(-9), '-enddate', opensslTime(lastDay)]
    const issuer = [
      '-batch',
      '-notext',
      '-config',
      'ca.cnf',
      '-cert',
      'ca.pem',
      '-keyfile',
      'ca.key',
    ]
    await openssl(
      'ca',
      ...issuer,
      ...days,
      '-in',
      request,
      '-extfile',
      extension,
      '-out',
      `${name}.pem`,
    )
    const parts = [`${name}.key`, `${name}.pem`, 'ca.pem']
    const store = parts.map((part) => readFileSync(join(folder, part), 'utf8')).join('')
    writeFileSync(join(folder, `${name}.store`), store)
  }
}

function opensslTime(days) {
  const time = new Date(Date.now() + days * dayMs).toISOString()
  return time.replace(/[-:T]/g, '').replace(/\..*/, 'Z')
}

/**
 * Free ports side by side, from below those that the system gives to outgoing connections: else a
 * client that retries while the broker is down can take its port. Two runs start at different ones.
 */
async function freePorts(count) {
  const [first, last] = [20_000, 32_000]
  const blocks = Math.floor((last - first) / count)
  for (let i = 0; i < blocks; i++) {
    const from = first + (process.pid + i) % blocks * count
    const ports = Array.from({ length: count }, (_, port) => from + port)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return ports
  }
  throw new Error('found no free ports')
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function serverProperties({ folder, ports, controllerPort, password }) {
  const address = (name) => `${name}://127.0.0.1:${ports[name]}`
  const open = listeners.map(({ name }) => address(name)).join(',')
  const module = 'org.apache.kafka.common.security'
  const login = `${module}.plain.PlainLoginModule required user_${user}="${password}";`
  const perListener = listeners.flatMap(({ name, protocol, certificate, asksClient }) => {
    const own = `listener.name.${name.toLowerCase()}`
    const tls = `${own}.ssl.keystore.location=${join(folder, `${certificate}.store`)}`
    const client = `${own}.ssl.client.auth=required`
    const sasl = [
      `${own}.plain.sasl.jaas.config=${login}`,
      ...scrams.map((scram) => {
        const key = `${own}.${scram.toLowerCase()}.sasl.jaas.config`
        return `${key}=${module}.scram.ScramLoginModule required;`
      }),
    ]
    return [
      ...(certificate === undefined ? [] : [tls]),
      ...(asksClient === true ? [client] : []),
      ...(protocol.startsWith('SASL') ? sasl : []),
    ]
  })
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listeners=CONTROLLER://127.0.0.1:${controllerPort},${open}
advertised.listeners=${open}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,${
    listeners.map(({ name, protocol }) => `${name}:${protocol}`).join(',')
  }
ssl.keystore.type=PEM
ssl.truststore.type=PEM
ssl.truststore.location=${join(folder, 'ca.pem')}
sasl.enabled.mechanisms=PLAIN,${scrams.join(',')}
${perListener.join('\n')}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
super.users=User:ANONYMOUS
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=false
log.retention.ms=-1
message.max.bytes=16777216
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=5
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
`
}

/** Asks with ApiVersions, version 0, correlation 7, no client name: what every broker answers. */
function isReady(port) {
  const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff])
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setTimeout(1000, () => socket.destroy())
    socket.once('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => {}) // it closes then
    socket.on('close', () => resolve(false))
  })
}

/** Makes what a broker needs; `up` and `down` may follow each other on the same ports and topics. */
async function makeBroker({ port }) {
  await fetchJars()
  const folder = passingFolder(join(tmpdir(), 'uc-broker-'))
  const mourner = mourn(folder)
  await certify(folder)
  const [controllerPort, ...free] = await freePorts(listeners.length + 1)
  const ports = Object.fromEntries(listeners.map(({ name }, i) => [name, free[i]]))
  if (port !== undefined) {
    if (!await isFree(port)) throw new Error(`port ${port} is taken`)
    ports.PLAINTEXT = port
  }
  const password = randomBytes(12).toString('hex')
  const [properties, log] = [join(folder, 'server.properties'), join(folder, 'broker.log')]
  writeFileSync(properties, serverProperties({ folder, ports, controllerPort, password }))
  // Else a broker that is killed leaves its libraries and counters in /tmp.
  const temporary = ['-XX:-UsePerfData', `-Djava.io.tmpdir=${folder}`]
  const classes = [...jvm, ...temporary, '-cp', join(jars, '*')]
  const cluster = ['-t', randomBytes(16).toString('base64url').replace(/^-/, 'u')]
  const credentials = scrams.flatMap((scram) => {
    return ['--add-scram', `${scram}=[name=${user},password=${password}]`]
  })
  const format = ['kafka.tools.StorageTool', 'format', '-c', properties, ...cluster, ...credentials]
  await run('java', [...classes, ...format])

  const at = (name) => `127.0.0.1:${ports[name]}`
  const file = (name) => join(folder, name)
  let java

  async function up() {
    if (java !== undefined) return
    const output = openSync(log, 'a')
    const child = start('java', [...classes, 'kafka.Kafka', properties], {
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    java = child
    mourner.stdin.write(`${child.pid}\n`)
    child.ended.then(([status, signal]) => {
      if (java !== child || isEnding) return
      const lines = readFileSync(log, 'utf8').trim().split('\n').slice(-30).join('\n')
      fail(`the broker ended by itself with ${status ?? signal}\n${lines}`)
    }).catch((error) => fail(error.message))
    const sinceMs = Date.now()
    while (!isEnding && !await isReady(ports.PLAINTEXT)) {
      if (Date.now() - sinceMs > answerMs) throw new Error(`no answer at ${at('PLAINTEXT')}`)
      await sleep(20)
    }
  }

  async function down(end = stop) {
    const child = java
    java = undefined
    if (child !== undefined) await end(child)
    mourner.stdin.write('\n')
  }

  const describe = () => ({
    brokers: at('PLAINTEXT'),
    tls: {
      brokers: at('TLS'),
      mutual: at('MUTUAL'),
      expired: at('EXPIRED'),
      wrongHost: at('ELSEWHERE'),
      ca: file('ca.pem'),
      certificate: file('client.pem'),
      key: file('client.key'),
    },
    scram: { brokers: at('SASL'), tls: at('SASLTLS'), user, password },
    pid: java?.pid,
    folder,
  })
  return { up, down, crash: () => down(crash), describe }
}

/** Ends what is left when this script is killed: its input is ours, and closes with us. */
function mourn(folder) {
  const script = 'while read -r line; do pid=$line; done; kill -9 $pid; sleep 1; rm -rf "$0"'
  const shell = spawn('sh', ['-c', script, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.stdin.on('error', () => {})
  process.on('exit', () => shell.kill('SIGKILL'))
  return shell
}

async function stop(child) {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await child.ended
  clearTimeout(timer)
}

async function crash(child) {
  child.kill('SIGKILL')
  await child.ended
}

async function end(status) {
  if (isEnding) return
  isEnding = true
  await Promise.allSettled([...children].map(stop))
  process.exit(status) // with its folders
}

function fail(message) {
  if (isEnding) return
  process.stderr.write(`broker: ${message}\n`)
  void end(1)
}

function say(line) {
  if (isEnding) return
  process.stdout.write(`${line}\n`)
}

/** Runs the broker; for a person in words, for a program in lines of JSON. */
async function serve({ port, isProgram }) {
  const lines = createInterface({ input: process.stdin })
  if (isProgram) lines.on('close', () => void end(0))
  else say(usage)
  const broker = await makeBroker({ port })
  const told = {
    up() {
      const description = broker.describe()
      const words = `ready on ${description.brokers}; Ctrl-C stops it`
      say(isProgram ? JSON.stringify(description) : words)
    },
    down: () => say(isProgram ? '{"stopped":true}' : 'stopped; the line "go" starts it again'),
  }
  const commands = {
    go: () => broker.up().then(told.up),
    stop: () => broker.down().then(told.down),
    crash: () => broker.crash().then(told.down),
    restart: () => broker.down().then(broker.up).then(told.up),
  }
  let last = commands.go()
  lines.on('line', (line) => {
    const command = commands[line.trim()]
    if (command === undefined) process.stderr.write(`broker: ${line}: go, stop, crash or restart\n`)
    else last = last.then(command).catch((error) => fail(error.message))
  })
  await last
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
for (const [signal, status] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) {
  process.on(signal, () => void end(status))
}

try {
  const { positionals: [command], values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const lacking = missing()
  const port = values.port === undefined ? undefined : Number(values.port)
  if (values.help) say(usage)
  else if (lacking.length > 0) fail(`missing: ${lacking.join(', ')}`)
  else if (command === 'jars') await fetchJars().then(() => say(jars))
  else if (command === undefined || command === 'start') {
    await serve({ port, isProgram: command === 'start' })
  } else if (command !== 'check') fail(`${command}: no such command\n\n${usage}`)
} catch (error) {
  fail(error.message)
}
