/**
 * Why a connection could not be made. Errors alone do not say it: kafkajs keeps no certificate, Deno
 * calls an expired one unknown, and a plain request to a port of TLS just ends. So the port is asked
 * once more, without sending it any secret.
 */
import { isIP } from 'node:net'
import { connect, type PeerCertificate } from 'node:tls'
import { identityOptions, type Tls } from '../config/tls-config.ts'
import {
  type Certificate,
  type Core,
  coreOf,
  isClosed,
  type KafkaPlace,
  refusedToken,
  tlsFault,
  tlsTrouble,
  troubleOf,
} from './trouble.ts'

export interface Trouble {
  readonly text: string
  /** Whether it may pass by itself: the broker starts, the network comes back. */
  readonly isPassing: boolean
}

export interface Circumstances extends KafkaPlace {
  readonly tls: Tls | undefined
  /** A broker had answered before, without a login. */
  readonly hasAnswered: boolean
  /** Whether the broker answers without TLS. */
  answersPlain(broker: string): Promise<boolean>
}

const patienceMs = 3000
/** An alert about our certificate comes after the handshake. */
const alertMs = 500
const passing = /^(ECONN|EHOST|ENET|ETIMEDOUT|EAI_AGAIN|EPIPE)/

export async function diagnose(error: unknown, place: Circumstances): Promise<Trouble> {
  const core = coreOf(error, place)
  const { code, name } = core
  const cause = tlsFault(core) !== undefined
    ? await faultyTls(core, place)
    : place.hasAnswered
    ? refusedLogin(core, place)
    : isClosed(core)
    ? await wrongProtocol(core, place)
    : undefined
  if (cause !== undefined) return { text: cause, isPassing: false }
  const isSilent = passing.test(code) || isClosed(core) || name === 'KafkaJSRequestTimeoutError' ||
    /timeout/i.test(core.message)
  return { text: troubleOf(error, place), isPassing: isSilent }
}

async function faultyTls(core: Core, place: Circumstances): Promise<string | undefined> {
  const { certificate } = await handshake(core.broker, place.tls)
  const isExpired = certificate !== undefined && certificate.validTo < new Date()
  const isMistaken = isExpired && tlsFault(core) === 'authority'
  return tlsTrouble(isMistaken ? { ...core, code: 'CERT_HAS_EXPIRED' } : core, place, certificate)
}

/** A broker that answers and then closes wants a login, or another one. */
function refusedLogin(core: Core, place: Circumstances): string | undefined {
  const { broker, name } = core
  if (place.sasl?.mechanism === 'OAUTHBEARER') {
    // The refusal is an answer to the token, which kafkajs does not read; what it sends next fails
    const isLost = isClosed(core) || name === 'KafkaJSBrokerNotFound'
    return isLost ? refusedToken(broker, place) : undefined
  }
  if (!isClosed(core) || place.sasl !== undefined) return undefined
  const protocol = place.tls === undefined ? 'SASL_PLAINTEXT' : 'SASL_SSL'
  return `broker ${broker} wants a login; set security.protocol=${protocol}`
}

/** TLS to a port without, or the other way round, just ends; so does TLS without our certificate. */
async function wrongProtocol(core: Core, place: Circumstances): Promise<string | undefined> {
  const { broker } = core
  const { certificate, code } = await handshake(broker, place.tls, alertMs)
  if (place.tls === undefined) {
    const protocol = place.sasl === undefined ? 'SSL' : 'SASL_SSL'
    return certificate &&
      `broker ${broker} speaks TLS at that port; set security.protocol=${protocol}`
  }
  if (certificate !== undefined) {
    const alert = { ...core, code: code ?? '' } // kafkajs has written, so that the alert was lost
    return tlsTrouble(alert, place, certificate)
  }
  if (!await place.answersPlain(broker)) return undefined
  const protocol = place.sasl === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT'
  return `broker ${broker} does not speak TLS at that port; is it another one? ` +
    `security.protocol=${protocol} goes without`
}

/** What a port of TLS shows to somebody who sends nothing. */
interface Handshake {
  /** Undefined where there is no TLS. */
  readonly certificate?: Certificate
  /** Of what ended it after that: an alert about our certificate, or that there is none. */
  readonly code?: string
}

function handshake(broker: string, tls: Tls | undefined, listenMs = 0): Promise<Handshake> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(broker) ?? []
  return new Promise((resolve) => {
    let certificate: Certificate | undefined
    const socket = connect({
      host,
      port: Number(port),
      ...identityOptions(tls),
      rejectUnauthorized: false, // nothing but the certificate is read, and nothing is sent
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    const end = (code?: string) => {
      socket.destroy()
      resolve({
        ...(certificate === undefined ? {} : { certificate }),
        ...(code === undefined ? {} : { code }),
      })
    }
    socket.setTimeout(patienceMs, () => end())
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code))
    socket.on('close', () => end())
    socket.on('secureConnect', () => {
      certificate = certificateOf(socket.getPeerCertificate())
      socket.setTimeout(listenMs + 1)
    })
  })
}

function certificateOf(shown: Partial<PeerCertificate>): Certificate {
  const { valid_from, valid_to, subjectaltname = '', subject } = shown
  return {
    validFrom: new Date(valid_from ?? NaN),
    validTo: new Date(valid_to ?? NaN),
    names: namesOf(subjectaltname) || String(subject?.CN ?? 'another host'),
  }
}

/** `DNS:a.example, IP Address:127.0.0.1` as `a.example, 127.0.0.1`. */
function namesOf(alternative: string): string {
  return alternative.replace(/\b(DNS|IP Address):/g, '')
}
