/** From what was configured to a client of kafkajs, and to the first answer of a broker. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { Kafka, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs'
import { UcError } from '../../errors.ts'
import type { ClientConfig } from '../config/client-config.ts'
import { registerCodecs } from '../codecs/codecs.ts'
import { mendFetchAnswers } from '../reading/fetch-answers.ts'
import { debugLog, isDebugged } from './debug-log.ts'
import { diagnose } from './diagnosis.ts'
import type { Sasl } from '../config/sasl-config.ts'
import { identityOptions, type Tls } from '../config/tls-config.ts'
import { tokenOf } from '../config/token-command.ts'

/** Where and how: what the options and the file say together. */
export interface ConnectionConfig extends ClientConfig {
  /** `HOST:PORT` each. */
  readonly brokers: readonly string[]
  readonly connectTimeoutMs: number
}

/** Of a single try; a host that drops packets does not use up the patience for the others. */
const tryMs = 10_000
/** With waits up to maxRetryTime: about a minute, in which a broker can start again. */
const retries = 36

export function newKafka(config: ConnectionConfig, retry: RetryOptions = {}): Kafka {
  registerCodecs()
  mendFetchAnswers()
  return new Kafka({
    clientId: config.clientId,
    brokers: [...config.brokers],
    connectionTimeout: Math.min(tryMs, config.connectTimeoutMs),
    authenticationTimeout: Math.min(tryMs, config.connectTimeoutMs),
    requestTimeout: config.requestTimeoutMs,
    retry: { ...config.retry, retries, ...retry },
    logLevel: isDebugged() ? logLevel.DEBUG : logLevel.NOTHING,
    logCreator: debugLog,
    ...(config.tls === undefined ? {} : { ssl: tlsOptions(config.tls) }),
    ...(config.sasl === undefined ? {} : { sasl: saslOptions(config.sasl) }),
  })
}

/**
 * Waits until a broker answers with what the cluster is, which needs the login as well. What will
 * not pass by itself, a wrong password say, ends the wait at once; `say` is told once of what may.
 */
export async function reachBrokers(
  config: ConnectionConfig,
  say: (text: string) => void = () => {},
): Promise<void> {
  const until = Date.now() + config.connectTimeoutMs
  let isTold = false
  for (let waitMs = 100;; waitMs = Math.min(2 * waitMs, 2000)) {
    const attempt = await ask(config)
    if (attempt.error === undefined) return
    const { hasAnswered } = attempt
    const { text, isPassing } = await diagnose(attempt.error, {
      ...config,
      hasAnswered,
      answersPlain: (broker) => answersPlain(config, broker),
    })
    if (!isPassing || Date.now() + waitMs > until) {
      throw new UcError('failed', text, { cause: attempt.error })
    }
    if (!isTold) say(`waiting: ${text}`)
    isTold = true
    await sleep(waitMs)
  }
}

async function ask(config: ConnectionConfig): Promise<{ error?: unknown; hasAnswered: boolean }> {
  let hasAnswered = false
  const others = config.brokers.length - 1 // a retry asks the next one
  const admin = newKafka(config, { retries: others }).admin()
  try {
    await admin.connect()
    hasAnswered = true
    await admin.describeCluster()
    return { hasAnswered }
  } catch (error) {
    return { error, hasAnswered }
  } finally {
    await admin.disconnect()
  }
}

/** The first request, for the versions, needs neither TLS nor login where there is none. */
async function answersPlain(config: ConnectionConfig, broker: string): Promise<boolean> {
  const plain = { ...config, brokers: [broker], tls: undefined, sasl: undefined }
  return (await ask(plain)).hasAnswered
}

/** kafkajs adds the name of the host, which is the one to fit. */
function tlsOptions(tls: Tls): ConnectionOptions {
  const { authorities, isHostChecked } = tls
  return {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...identityOptions(tls),
    ...(isHostChecked ? {} : { checkServerIdentity: () => undefined }),
  }
}

function saslOptions(sasl: Sasl): SASLOptions {
  if (sasl.mechanism === 'OAUTHBEARER') {
    const { command } = sasl
    const oauthBearerProvider = async () => ({ value: await tokenOf(command) })
    return { mechanism: 'oauthbearer', oauthBearerProvider }
  }
  const login = { username: sasl.user, password: sasl.password.reveal() }
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', ...login }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', ...login }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', ...login }
  }
}
