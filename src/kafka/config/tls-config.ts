/** The `ssl.` keys: whom to trust, who we are, and whether the name of the host has to fit. */
import { readFileSync } from 'node:fs'
import { reasonOf } from '../../io/reason.ts'
import type { KeyReader } from './key-reader.ts'
import { certificatesIn, conversionOf, isPair, privateKeyIn } from './pem.ts'
import type { Secret } from './secret.ts'

export interface Tls {
  /** PEM; undefined: the authorities that Node or Deno trust by themselves. */
  readonly authorities: string | undefined
  /** PEM; undefined: no client certificate. */
  readonly identity: { readonly certificates: string; readonly key: Secret } | undefined
  readonly isHostChecked: boolean
}

/** Who we are, as sockets take it. */
export function identityOptions(tls: Tls | undefined): { cert?: string; key?: string } {
  const { identity } = tls ?? {}
  return identity === undefined ? {} : { cert: identity.certificates, key: identity.key.reveal() }
}

const keys = [
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.certificates',
  'ssl.truststore.password',
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.key',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.password',
  'ssl.key.password',
  'ssl.endpoint.identification.algorithm',
]

const types = ['PEM', 'JKS', 'PKCS12'] as const

/** Undefined where the protocol is not encrypted; then no key of TLS may stand there. */
export function readTls(reader: KeyReader, protocol: string): Tls | undefined {
  if (!protocol.endsWith('SSL')) {
    const stray = keys.find((key) => reader.has(key))
    if (stray === undefined) return undefined
    const remedy = protocol === 'PLAINTEXT' ? 'SSL' : 'SASL_SSL'
    reader.fail(stray, `needs security.protocol=${remedy}, but it is ${protocol}`)
  }
  const algorithm = reader.text('ssl.endpoint.identification.algorithm', { isEmptyTold: true })
  if (algorithm !== undefined && !/^(https)?$/i.test(algorithm)) {
    reader.fail('ssl.endpoint.identification.algorithm', 'expected https, or nothing for no check')
  }
  return {
    authorities: readAuthorities(reader),
    identity: readIdentity(reader),
    isHostChecked: algorithm !== '',
  }
}

function readAuthorities(reader: KeyReader): string | undefined {
  const location = 'ssl.truststore.location'
  const inline = 'ssl.truststore.certificates'
  checkStore(reader, 'ssl.truststore', inline)
  const file = reader.text(location)
  if (file !== undefined) {
    return reader.parsed(location, () => certificatesIn(storeText(file)))
  }
  const text = reader.text(inline)
  return text === undefined ? undefined : reader.parsed(inline, () => certificatesIn(text))
}

function readIdentity(reader: KeyReader): Tls['identity'] {
  const [location, keyKey, chainKey] = [
    'ssl.keystore.location',
    'ssl.keystore.key',
    'ssl.keystore.certificate.chain',
  ] as const
  checkStore(reader, 'ssl.keystore', keyKey)
  const [file, key, chain] = [reader.text(location), reader.text(keyKey), reader.text(chainKey)]
  if (key !== undefined && chain === undefined) {
    reader.fail(keyKey, `needs ${chainKey} as well`)
  }
  if (chain !== undefined && key === undefined) {
    reader.fail(chainKey, `needs ${keyKey} as well`)
  }
  if (file === undefined && key === undefined) {
    const stray = ['ssl.key.password', 'ssl.keystore.type'].find((each) => reader.has(each))
    if (stray !== undefined) reader.fail(stray, `there is no key; set ${location}`)
    return undefined
  }
  const password = reader.secret('ssl.key.password')
  const [from, ofChain] = file === undefined ? [keyKey, chainKey] : [location, location]
  const text = file === undefined ? undefined : reader.parsed(location, () => storeText(file))
  const identity = {
    key: reader.parsed(from, () => privateKeyIn(text ?? key ?? '', password)),
    certificates: reader.parsed(ofChain, () => certificatesIn(text ?? chain ?? '')),
  }
  if (!reader.parsed(from, () => isPair(identity.certificates, identity.key))) {
    reader.fail(ofChain, 'the first certificate is not of the private key')
  }
  return identity
}

/** The rules that both stores have in common. */
function checkStore(reader: KeyReader, store: string, inline: string): void {
  const type = reader.oneOf(`${store}.type`, types)
  const location = `${store}.location`
  const file = reader.text(location)
  if (type === 'JKS' || type === 'PKCS12') {
    const magic = type === 'JKS' ? [0xfe, 0xed, 0xfe, 0xed] : [0x30]
    const conversion = conversionOf(Uint8Array.from(magic), file ?? 'STORE') ?? ''
    reader.fail(`${store}.type`, `${conversion}; then set ${store}.type=PEM`)
  }
  if (file !== undefined && reader.has(inline)) {
    reader.fail(inline, `${location} is set too; one of them says it`)
  }
  if (reader.has(`${store}.password`)) {
    reader.fail(`${store}.password`, 'PEM stores have none; a key is unlocked by ssl.key.password')
  }
}

function storeText(file: string): string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause })
  }
  const conversion = conversionOf(bytes, file)
  if (conversion !== undefined) throw new Error(`it ${conversion}`)
  return new TextDecoder().decode(bytes)
}
