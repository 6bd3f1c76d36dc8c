/**
 * What client.properties says, in our terms. Everything that can be seen without a broker is seen
 * here: unknown keys, contradictions, stores that cannot be read, keys that fit no certificate.
 */
import { readFileSync } from 'node:fs'
import type { ConsumerConfig } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { pathOf, shownName } from '../../io/file-name.ts'
import { reasonOf } from '../../io/reason.ts'
import { clientKeys } from './client-keys.ts'
import { type IdleKey, KeyReader } from './key-reader.ts'
import { parseProperties, type Property } from './properties.ts'
import { readSasl, type Sasl } from './sasl-config.ts'
import { readTls, type Tls } from './tls-config.ts'

/** How long the group waits for a silent member, and how often it hears of one, is always said. */
export type ConsumerSettings =
  & Partial<ConsumerConfig>
  & Required<Pick<ConsumerConfig, 'sessionTimeout' | 'heartbeatInterval'>>

export interface ClientConfig {
  /** Its name in messages; undefined where there is none. */
  readonly file: string | undefined
  readonly clientId: string
  /** Undefined: not encrypted. */
  readonly tls: Tls | undefined
  /** Undefined: without a login. */
  readonly sasl: Sasl | undefined
  readonly requestTimeoutMs: number
  readonly retry: { readonly initialRetryTime: number; readonly maxRetryTime: number }
  /** What the file says about consuming, as kafkajs takes it. */
  readonly consumer: ConsumerSettings
  /** Keys that are options too, for those who merge them: `bootstrap.servers`. */
  readonly options: ReadonlyMap<string, Property>
  /** What was accepted and changes nothing, to be told. */
  readonly idle: readonly IdleKey[]
}

/** The least that brokers allow by default: so long the work of one that has died lies still. */
const sessionMs = 6000
/** A member hears by it that another one has come, so that one waits no longer. */
const heartbeatMs = 2000

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const

/** The file's config, or what holds without one. */
export function readClientConfig(file: string | undefined): ClientConfig {
  return clientConfig(file, file === undefined ? '' : textOf(file))
}

/** `text` as the content of `file`, whose name stands in messages. */
export function clientConfig(file: string | undefined, text: string): ClientConfig {
  const name = shownName(file ?? '')
  const properties = propertiesOf(name, text)
  const reader = new KeyReader(name, properties)
  const idle = reader.check()
  const protocol = reader.oneOf('security.protocol', protocols) ?? 'PLAINTEXT'
  const options = new Map([...properties].filter(([key]) => clientKeys[key]?.use === 'option'))
  return {
    file: file === undefined ? undefined : name,
    clientId: reader.text('client.id') ?? 'uc',
    tls: readTls(reader, protocol),
    sasl: readSasl(reader, protocol),
    requestTimeoutMs: reader.number('request.timeout.ms', { from: 1 }) ?? 30_000,
    retry: {
      // 20 instead of kafkajs' 300: the wait after each transaction, 162 ms, becomes 21.
      initialRetryTime: reader.number('retry.backoff.ms', { from: 1 }) ?? 20,
      maxRetryTime: reader.number('retry.backoff.max.ms', { from: 1 }) ?? 2000,
    },
    consumer: readConsumer(reader),
    options,
    idle,
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(pathOf(file), 'utf8')
  } catch (cause) {
    throw new UcError('usage', `${shownName(file)}: ${reasonOf(cause)}`, { cause })
  }
}

function propertiesOf(file: string, text: string): ReadonlyMap<string, Property> {
  try {
    return parseProperties(text)
  } catch (cause) {
    const end = cause instanceof Error ? cause.message : String(cause)
    throw new UcError('usage', `${file}: ${end}`, { cause })
  }
}

function readConsumer(reader: KeyReader): ConsumerSettings {
  const sessionTimeout = reader.number('session.timeout.ms', { from: 1 }) ?? sessionMs
  const heartbeatInterval = reader.number('heartbeat.interval.ms', { from: 1 }) ??
    Math.min(heartbeatMs, Math.ceil(sessionTimeout / 3))
  const others = {
    rebalanceTimeout: reader.number('max.poll.interval.ms', { from: 1 }),
    maxBytesPerPartition: reader.number('max.partition.fetch.bytes', { from: 1 }),
    maxWaitTimeInMs: reader.number('fetch.max.wait.ms'),
    metadataMaxAge: reader.number('metadata.max.age.ms'),
    minBytes: reader.number('fetch.min.bytes'),
    maxBytes: reader.number('fetch.max.bytes', { from: 1 }),
    rackId: reader.text('client.rack'),
  }
  if (heartbeatInterval >= sessionTimeout) {
    const key = reader.has('heartbeat.interval.ms') ? 'heartbeat.interval.ms' : 'session.timeout.ms'
    const end = `heartbeat.interval.ms, ${heartbeatInterval}, has to be less than ` +
      `session.timeout.ms, ${sessionTimeout}`
    reader.fail(key, end)
  }
  const given = Object.entries(others).filter(([, value]) => value !== undefined)
  return { sessionTimeout, heartbeatInterval, ...Object.fromEntries(given) }
}
