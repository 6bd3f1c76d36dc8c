/**
 * The keys of Java's client.properties that mean something here, and what becomes of each. A file
 * that Java's own tools read is accepted with them; what has no effect here is told, not dropped.
 */
import { nearestSpellings } from '../../nearest.ts'

export type KeyUse =
  /** Read here. */
  | { readonly use: 'read'; readonly isSecret?: true }
  /** The same as an option of ours, which stands above it. */
  | { readonly use: 'option' }
  /** Accepted, but changes nothing; `why` ends a note. */
  | { readonly use: 'none'; readonly why: string }
  /** Not possible here; the end of an error message. */
  | { readonly use: 'refused'; readonly remedy: string }

const read: KeyUse = { use: 'read' }
const secret: KeyUse = { use: 'read', isSecret: true }
const option: KeyUse = { use: 'option' }
const sockets: KeyUse = { use: 'none', why: 'the sockets keep the settings of the system' }
const forms: KeyUse = { use: 'none', why: 'keys and values are bytes here' }
const exactlyOnce: KeyUse = { use: 'none', why: 'what exactly-once needs is set here' }
const batches: KeyUse = { use: 'none', why: 'batches are cut here' }
const ownTls: KeyUse = { use: 'none', why: 'TLS is that of Node or Deno' }
const login: KeyUse = {
  use: 'refused',
  remedy: 'name a program that prints the token by uc.sasl.oauthbearer.command',
}
const protocols: KeyUse = { use: 'none', why: 'TLS 1.2 and 1.3 are used' }

export const clientKeys: Readonly<Record<string, KeyUse>> = {
  'bootstrap.servers': option,
  'group.id': option,
  'compression.type': option,
  'client.id': read,
  'client.rack': read,
  'security.protocol': read,
  'sasl.mechanism': read,
  'sasl.jaas.config': secret,
  'uc.sasl.oauthbearer.command': secret,
  'ssl.truststore.type': read,
  'ssl.truststore.location': read,
  'ssl.truststore.certificates': read,
  'ssl.truststore.password': secret,
  'ssl.keystore.type': read,
  'ssl.keystore.location': read,
  'ssl.keystore.key': secret,
  'ssl.keystore.certificate.chain': read,
  'ssl.keystore.password': secret,
  'ssl.key.password': secret,
  'ssl.endpoint.identification.algorithm': read,
  'request.timeout.ms': read,
  'session.timeout.ms': read,
  'heartbeat.interval.ms': read,
  'max.poll.interval.ms': read,
  'retry.backoff.ms': read,
  'retry.backoff.max.ms': read,
  'metadata.max.age.ms': read,
  'max.partition.fetch.bytes': read,
  'fetch.max.wait.ms': read,
  'fetch.min.bytes': read,
  'fetch.max.bytes': read,

  'connections.max.idle.ms': sockets,
  'receive.buffer.bytes': sockets,
  'send.buffer.bytes': sockets,
  'reconnect.backoff.ms': { use: 'none', why: 'retry.backoff.ms serves both' },
  'reconnect.backoff.max.ms': { use: 'none', why: 'retry.backoff.max.ms serves both' },
  'socket.connection.setup.timeout.ms': { use: 'none', why: '--connect-timeout says it' },
  'socket.connection.setup.timeout.max.ms': { use: 'none', why: '--connect-timeout says it' },
  'client.dns.lookup': { use: 'none', why: 'names are looked up by the system' },
  'ssl.protocol': protocols,
  'ssl.enabled.protocols': protocols,
  'ssl.provider': ownTls,
  'ssl.cipher.suites': ownTls,
  'ssl.keymanager.algorithm': ownTls,
  'ssl.trustmanager.algorithm': ownTls,
  'ssl.secure.random.implementation': ownTls,
  'key.serializer': forms,
  'value.serializer': forms,
  'key.deserializer': forms,
  'value.deserializer': forms,
  'acks': exactlyOnce,
  'enable.idempotence': exactlyOnce,
  'enable.auto.commit': exactlyOnce,
  'auto.commit.interval.ms': exactlyOnce,
  'isolation.level': exactlyOnce,
  'retries': exactlyOnce,
  'delivery.timeout.ms': exactlyOnce,
  'max.in.flight.requests.per.connection': exactlyOnce,
  'batch.size': batches,
  'linger.ms': batches,
  'buffer.memory': batches,
  'max.poll.records': batches,
  'auto.offset.reset': { use: 'none', why: '--start-at says it' },

  'transactional.id': { use: 'refused', remedy: 'it follows from the group; see --group' },
  'group.instance.id': { use: 'refused', remedy: 'there are no static members here; leave it out' },
  'sasl.kerberos.service.name': {
    use: 'refused',
    remedy: 'there is no Kerberos here; expected sasl.mechanism PLAIN, SCRAM or OAUTHBEARER',
  },
  'sasl.login.callback.handler.class': login,
  'sasl.oauthbearer.token.endpoint.url': login,
}

/** Keys of librdkafka and of habit, and what Java calls them. */
const otherNames: Readonly<Record<string, string>> = {
  'brokers': 'bootstrap.servers',
  'metadata.broker.list': 'bootstrap.servers',
  'sasl.username': 'sasl.jaas.config',
  'sasl.password': 'sasl.jaas.config',
  'ssl.ca.location': 'ssl.truststore.location',
  'ssl.ca.pem': 'ssl.truststore.certificates',
  'ssl.key.location': 'ssl.keystore.location',
  'ssl.key.pem': 'ssl.keystore.key',
  'ssl.certificate.location': 'ssl.keystore.location',
  'ssl.certificate.pem': 'ssl.keystore.certificate.chain',
  'compression.codec': 'compression.type',
}

/** The key that was probably meant; nothing if none is near. */
export function nearestKey(key: string): string | undefined {
  if (Object.hasOwn(otherNames, key)) return otherNames[key]
  return nearestSpellings(key, Object.keys(clientKeys))[0]
}
