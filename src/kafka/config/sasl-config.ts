/** The `sasl.` keys: the mechanism, and what it logs in with. */
import { parseJaas } from './jaas.ts'
import type { KeyReader } from './key-reader.ts'
import { Secret } from './secret.ts'

export type Sasl =
  | {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
    readonly user: string
    readonly password: Secret
  }
  | {
    readonly mechanism: 'OAUTHBEARER'
    /** A program that prints the token, and its arguments; no shell is asked. */
    readonly command: readonly Secret[]
  }

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
type Mechanism = (typeof mechanisms)[number]

const modules: Readonly<Record<Mechanism, string>> = {
  'PLAIN': 'PlainLoginModule',
  'SCRAM-SHA-256': 'ScramLoginModule',
  'SCRAM-SHA-512': 'ScramLoginModule',
  'OAUTHBEARER': 'OAuthBearerLoginModule',
}

const jaasKey = 'sasl.jaas.config'
const commandKey = 'uc.sasl.oauthbearer.command'

/** Undefined where the protocol has no login; then no key of SASL may stand there. */
export function readSasl(reader: KeyReader, protocol: string): Sasl | undefined {
  if (!protocol.startsWith('SASL')) {
    const stray = ['sasl.mechanism', jaasKey, commandKey].find((key) => reader.has(key))
    if (stray === undefined) return undefined
    const remedy = protocol === 'SSL' ? 'SASL_SSL' : 'SASL_SSL or SASL_PLAINTEXT'
    reader.fail(stray, `needs security.protocol=${remedy}, but it is ${protocol}`)
  }
  const mechanism = reader.oneOf('sasl.mechanism', mechanisms) ??
    reader.fail('sasl.mechanism', `missing; expected ${mechanisms.join(', ')}`)
  const { module, options } = jaasOf(reader, mechanism)
  if (module !== undefined && module !== modules[mechanism]) {
    const end = `${modules[mechanism]} is expected for sasl.mechanism=${mechanism}`
    reader.fail(jaasKey, end)
  }
  if (mechanism === 'OAUTHBEARER') return { mechanism, command: commandOf(reader) }
  if (reader.has(commandKey)) {
    reader.fail(commandKey, `needs sasl.mechanism=OAUTHBEARER, but it is ${mechanism}`)
  }
  for (const name of options.keys()) {
    if (name !== 'username' && name !== 'password') {
      reader.fail(jaasKey, 'expected the options username and password, and no other')
    }
  }
  const [user, password] = [options.get('username'), options.get('password')]
  if (user === undefined) reader.fail(jaasKey, 'username missing; expected username="…"')
  if (password === undefined) reader.fail(jaasKey, 'password missing; expected password="…"')
  return { mechanism, user: user.reveal(), password }
}

function jaasOf(
  reader: KeyReader,
  mechanism: Mechanism,
): { module?: string; options: ReadonlyMap<string, Secret> } {
  const text = reader.secret(jaasKey)
  if (text !== undefined) return reader.parsed(jaasKey, () => parseJaas(text.reveal()))
  if (mechanism === 'OAUTHBEARER') return { options: new Map() }
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  return reader.fail(
    jaasKey,
    `missing; expected org.apache.kafka.common.security.${module} required ` +
      'username="…" password="…";',
  )
}

function commandOf(reader: KeyReader): readonly Secret[] {
  const text = reader.secret(commandKey)?.reveal().trim() ?? ''
  if (text === '') {
    reader.fail(commandKey, 'missing; expected a program that prints the token, and its arguments')
  }
  return text.split(/\s+/).map((word) => new Secret(word))
}
