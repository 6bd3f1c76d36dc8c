/**
 * Errors of kafkajs, of sockets and of TLS in one line that says what is wrong, where, and what to
 * do. From the error alone; diagnosis.ts looks closer while a connection is made.
 */
import { UcError } from '../../errors.ts'

export interface KafkaPlace {
  readonly brokers: readonly string[]
  /** Of client.properties, for the remedies that stand there. */
  readonly file?: string | undefined
  readonly sasl?: { readonly mechanism: string; readonly user?: string } | undefined
  readonly tls?: { readonly identity: object | undefined } | undefined
  readonly topic?: string | undefined
  readonly group?: string | undefined
}

/** What an error of kafkajs tells, once its wrappings are off. */
export interface Core {
  readonly name: string
  readonly message: string
  /** Of the broker's answer: `TOPIC_AUTHORIZATION_FAILED`. */
  readonly type: string
  /** Of the system or of TLS: `ECONNREFUSED`. */
  readonly code: string
  /** The broker that is meant: its address, or all that were configured. */
  readonly broker: string
}

export function troubleOf(error: unknown, place: KafkaPlace): string {
  const told = ucErrorIn(error)
  if (told !== undefined) return told.message
  const core = coreOf(error, place)
  const [denied] = /Requires \w+ access to .*/.exec(core.message) ?? []
  if (denied !== undefined) return `deno: ${oneLine(denied)}`
  return answerTrouble(core, place) ?? loginTrouble(core, place) ?? tlsTrouble(core, place) ??
    socketTrouble(core, place) ?? `broker ${core.broker}: ${oneLine(core.message)}`
}

/** The error at the bottom: kafkajs wraps each in one about its retries. */
export function coreOf(error: unknown, { brokers }: KafkaPlace): Core {
  const bottom = bottomOf(error)
  const { name = '', message, type, code, broker } = Object(bottom) as Record<string, unknown>
  return {
    name: String(name),
    message: String(message ?? bottom),
    type: typeof type === 'string' ? type : '',
    code: typeof code === 'string' ? code : tlsCodeIn(String(message)),
    broker: typeof broker === 'string' ? broker : brokers.join(','),
  }
}

/**
 * Whether the same may succeed later, as when a broker starts anew. kafkajs calls final what it has
 * tried often enough, and that it found no broker to ask.
 */
export function mayPass(error: unknown): boolean {
  const { name = '', message, retriable } = Object(bottomOf(error)) as Record<string, unknown>
  const hasNoAnswer = name === 'TypeError' && noMetadata.test(String(message))
  return retriable === true || unanswered.includes(String(name)) || hasNoAnswer
}

/** What kafkajs says where it has lost its broker while it asked for metadata. */
const noMetadata = /null.*'topicMetadata'|'topicMetadata'.*null/
const unanswered = ['KafkaJSGroupCoordinatorNotFound', 'KafkaJSLockTimeout']

function bottomOf(error: unknown): unknown {
  let bottom = error
  while (bottom instanceof Error && bottom.cause instanceof Error) bottom = bottom.cause
  return bottom
}

function ucErrorIn(error: unknown): UcError | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof UcError) return each
  }
  return undefined
}

export type TlsFault = 'expired' | 'early' | 'host' | 'authority' | 'client'

const tlsFaults: readonly (readonly [RegExp, TlsFault])[] = [
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/^CERT_NOT_YET_VALID$/, 'early'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'host'],
  [/^(UNABLE_TO_(VERIFY|GET)|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED)/, 'authority'],
  [/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/, 'client'],
]

export function tlsFault({ code }: Core): TlsFault | undefined {
  return tlsFaults.find(([pattern]) => pattern.test(code))?.[1]
}

/** Deno up to 2.4 has no codes, but words. */
function tlsCodeIn(message: string): string {
  const [, fault = ''] = /invalid peer certificate: (\w+)/.exec(message) ?? []
  const codes: Readonly<Record<string, string>> = {
    Expired: 'CERT_HAS_EXPIRED',
    NotValidYet: 'CERT_NOT_YET_VALID',
    NotValidForName: 'ERR_TLS_CERT_ALTNAME_INVALID',
    UnknownIssuer: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  }
  return codes[fault] ?? ''
}

/** What the certificate itself says, where it was looked at. */
export interface Certificate {
  readonly validFrom: Date
  readonly validTo: Date
  /** The names that it is for, readable. */
  readonly names: string
}

export function tlsTrouble(
  core: Core,
  { file, tls }: KafkaPlace,
  certificate?: Certificate,
): string | undefined {
  const [host] = core.broker.split(/:\d+$/)
  const inFile = file === undefined ? '' : ` in ${file}`
  switch (tlsFault(core)) {
    case undefined:
      return undefined
    case 'expired': {
      const isKnown = certificate !== undefined && certificate.validTo < new Date()
      const since = isKnown ? ` on ${dateOf(certificate.validTo)}` : ''
      return `the certificate of ${core.broker} expired${since}; it must be renewed on the broker`
    }
    case 'early': {
      const from = certificate === undefined ? '' : ` before ${dateOf(certificate.validFrom)}`
      return `the certificate of ${core.broker} is not valid yet${from}; is the clock here right?`
    }
    case 'host': {
      const names = certificate === undefined ? 'another host' : certificate.names
      return `the certificate of ${core.broker} is for ${names}, not for ${host}; connect by that ` +
        `name, or set ssl.endpoint.identification.algorithm= (nothing)${inFile}`
    }
    case 'authority':
      return `the certificate of ${core.broker} is signed by nobody trusted here; name its ` +
        `authority by ssl.truststore.location${inFile}`
    case 'client':
      return tls?.identity === undefined
        ? `broker ${core.broker} wants a certificate of ours; set ssl.keystore.location${inFile}`
        : `broker ${core.broker} refused our certificate; see ssl.keystore.location${inFile}`
  }
}

/** Whether the broker ended the connection, in whichever step that was noticed. */
export function isClosed({ name, message, code }: Core): boolean {
  return name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET' || code === 'EPIPE' ||
    /^(Closed connection|Connection closed|Not connected)|write after end/.test(message)
}

function socketTrouble(core: Core, place: KafkaPlace): string | undefined {
  const { name, message, code, broker } = core
  const advice = place.brokers.includes(broker)
    ? 'is it running? --brokers names others'
    : 'the cluster names it by advertised.listeners; can it be reached from here?'
  const silent = (why: string) => `broker ${broker} does not answer (${why}); ${advice}`
  if (code === 'ECONNREFUSED') return silent('connection refused')
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return silent('no way to that network')
  if (code === 'ETIMEDOUT' || name === 'KafkaJSRequestTimeoutError') return silent('timeout')
  if (/^Connection timeout/.test(message)) return silent('timeout')
  if (/^(ENOTFOUND|EAI_AGAIN|EAI_NONAME|ENODATA)$/.test(code)) {
    return `broker ${broker}: there is no host of that name; is --brokers right?`
  }
  if (code === 'ECONNRESET' && message.includes('before secure TLS')) {
    return `broker ${broker} does not speak TLS at that port; see security.protocol`
  }
  if (isClosed(core)) {
    return `broker ${broker} closed the connection; it may want TLS or a login by ` +
      'security.protocol, or is about to end'
  }
  return undefined
}

function loginTrouble(
  { name, message, type, broker }: Core,
  place: KafkaPlace,
): string | undefined {
  const see = place.file === undefined ? '' : ` in ${place.file}`
  const { mechanism = 'no mechanism', user } = place.sasl ?? {}
  if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(message)) {
    return `broker ${broker} has no login by ${mechanism}; see sasl.mechanism${see}`
  }
  if (type === 'ILLEGAL_SASL_STATE') {
    return `broker ${broker} has no login at that port; see security.protocol${see}`
  }
  if (name !== 'KafkaJSSASLAuthenticationError' && type !== 'SASL_AUTHENTICATION_FAILED') {
    return undefined
  }
  if (/server signature|server nonce/.test(message)) {
    return `broker ${broker} did not prove that it knows the password; is it the right one?`
  }
  return user === undefined
    ? refusedToken(broker, place)
    : `broker ${broker} refused user "${user}": wrong name or password; see sasl.jaas.config${see}`
}

export function refusedToken(broker: string, { file }: KafkaPlace): string {
  const see = file === undefined ? '' : ` in ${file}`
  return `broker ${broker} refused the token; see uc.sasl.oauthbearer.command${see}`
}

function answerTrouble({ name, type, broker }: Core, place: KafkaPlace): string | undefined {
  const topic = place.topic === undefined ? 'the topic' : `topic "${place.topic}"`
  const group = place.group === undefined ? 'the group' : `group "${place.group}"`
  const user = place.sasl?.user === undefined ? 'we' : `user "${place.sasl.user}"`
  const grant = 'kafka-acls grants it'
  switch (type || name) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return `${topic} does not exist on ${broker}; kafka-topics --create makes it`
    case 'INVALID_TOPIC_EXCEPTION':
      return `${topic} cannot be: expected letters, digits, ".", "_" and "-", 249 at most`
    case 'TOPIC_AUTHORIZATION_FAILED':
      return `${user} may not use ${topic}; ${grant}`
    case 'GROUP_AUTHORIZATION_FAILED':
      return `${user} may not use ${group}; ${grant}`
    case 'KafkaJSGroupCoordinatorNotFound': // kafkajs keeps no reason
      return `no broker serves ${group}; may ${user} use it (${grant}), and are all brokers up?`
    case 'INCONSISTENT_GROUP_PROTOCOL':
      return `${group} has members of another kind, which share its partitions in another way; ` +
        'choose another group by --group'
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return `${user} may not do this on the cluster; ${grant}`
    case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
      return `${user} may not use the transactional id "uc-${place.group}"; ${grant}`
    case 'PRODUCER_FENCED':
    case 'INVALID_PRODUCER_EPOCH':
      return 'another process has taken over and goes on; this one must end'
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return `a message is larger than ${topic} takes; raise its max.message.bytes`
    case 'INVALID_RECORD':
      return `${topic} refused messages as invalid; if it is compacted, each needs a key (--key)`
    case 'CORRUPT_MESSAGE':
      return `broker ${broker} refused messages as damaged; try another --compression`
    case 'UNSUPPORTED_COMPRESSION_TYPE':
      return `broker ${broker} does not know this compression; try another --compression`
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
      return `${topic} has fewer replicas in sync than min.insync.replicas; are brokers down?`
    case 'KafkaJSServerDoesNotSupportApiKey':
    case 'UNSUPPORTED_VERSION':
      return `broker ${broker} is too old or too new; expected Kafka 2.1 or later`
    default:
      return undefined
  }
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.charAt(0).toLowerCase() + line.slice(1)
}
