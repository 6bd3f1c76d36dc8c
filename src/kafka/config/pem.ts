/**
 * Certificates and keys as PEM text, from a file or from a property. Java's own stores are refused
 * with the commands that turn them into PEM, since neither Node nor Deno reads them.
 *
 * In a property a continued line has lost its line ends, and Node asks for them: blocks are laid
 * anew. A locked key is unlocked here, where the property that unlocks it can be named.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { Secret } from './secret.ts'

const block = /-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g

/** The certificates in `text`, in their order. */
export function certificatesIn(text: string): string {
  const found = blocksOf(text).filter(({ label }) => label.endsWith('CERTIFICATE'))
  if (found.length === 0) throw new Error('expected a certificate: -----BEGIN CERTIFICATE-----')
  for (const [i, { pem }] of found.entries()) {
    try {
      new X509Certificate(pem)
    } catch (cause) {
      const which = found.length === 1 ? 'the certificate' : `certificate ${i + 1}`
      throw new Error(`${which} cannot be read; is it cut short?`, { cause })
    }
  }
  return found.map(({ pem }) => pem).join('')
}

/** The private key in `text`, unlocked. */
export function privateKeyIn(text: string, password: Secret | undefined): Secret {
  const found = blocksOf(text).find(({ label }) => label.endsWith('PRIVATE KEY'))
  if (found === undefined) throw new Error('expected a private key: -----BEGIN PRIVATE KEY-----')
  const isLocked = found.label.startsWith('ENCRYPTED') || found.pem.includes('Proc-Type:')
  if (isLocked && password === undefined) {
    throw new Error('the private key is locked; set ssl.key.password')
  }
  try {
    const passphrase = isLocked ? password?.reveal() : undefined
    const key = createPrivateKey({
      key: found.pem,
      ...(passphrase === undefined ? {} : { passphrase }),
    })
    return new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  } catch (cause) {
    const reason = isLocked
      ? 'ssl.key.password does not unlock the private key'
      : 'the private key cannot be read; is it cut short?'
    throw new Error(reason, { cause })
  }
}

/** Whether the first of `certificates` is of this key. */
export function isPair(certificates: string, key: Secret): boolean {
  return new X509Certificate(certificates).checkPrivateKey(createPrivateKey(key.reveal()))
}

/** How the store becomes PEM; nothing if `bytes` are no such store. */
export function conversionOf(bytes: Uint8Array, file: string): string | undefined {
  const isJks = [0xfe, 0xed, 0xfe, 0xed].every((byte, i) => bytes[i] === byte)
  if (!isJks && bytes[0] !== 0x30) return undefined // 0x30 begins a PKCS #12 store
  const toP12 = `keytool -importkeystore -srckeystore ${file} -destkeystore store.p12 ` +
    '-deststoretype PKCS12'
  const toPem = `openssl pkcs12 -in ${isJks ? 'store.p12' : file} -out store.pem -nodes`
  return `is a ${isJks ? 'JKS' : 'PKCS12'} store; convert it to PEM: ` +
    `${isJks ? `${toP12}, then ${toPem}` : toPem}`
}

function blocksOf(text: string): { label: string; pem: string }[] {
  return [...text.matchAll(block)].map(([all, label = '', body = '']) => {
    if (body.includes(':')) return { label, pem: `${all}\n` } // headers, whose lines matter
    const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
    const pem = `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
    return { label, pem }
  })
}
