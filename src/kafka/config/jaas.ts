/**
 * The value of Java's `sasl.jaas.config`:
 *
 *     org.apache.kafka.common.security.scram.ScramLoginModule required
 *       username="ann" password="…";
 *
 * Its messages show names of options and never a value, since any of them may be secret.
 */
import { Secret } from './secret.ts'

export interface Jaas {
  /** The name of the class, without its package. */
  readonly module: string
  readonly options: ReadonlyMap<string, Secret>
}

const token =
  /\s+|\/\/.*|\/\*[^]*?\*\/|"((?:[^"\\\n\r]|\\[^])*)"|'((?:[^'\\\n\r]|\\[^])*)'|([^\s"'=;/]+)|[=;]/gy

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  a: '\x07',
  v: '\v',
}

/** Throws the end of a message: `expected …`. */
export function parseJaas(text: string): Jaas {
  const words = wordsOf(text)
  const [module, control] = [words.shift(), words.shift()]
  if (module?.text === undefined || control?.text === undefined) {
    throw new Error('expected MODULE required OPTION="VALUE" …;')
  }
  if (!/^(required|requisite|sufficient|optional)$/i.test(control.text)) {
    throw new Error('expected required behind the login module')
  }
  const options = new Map<string, Secret>()
  for (;;) {
    const name = words.shift()
    if (name === undefined) throw new Error('expected a semicolon at the end')
    if (name.mark === ';') break
    const [equals, value] = [words.shift(), words.shift()]
    if (name.text === undefined || equals?.mark !== '=' || value?.text === undefined) {
      throw new Error(`expected OPTION="VALUE" for option ${options.size + 1}, and ; at the end`)
    }
    options.set(name.text, new Secret(value.text))
  }
  if (words.length > 0) throw new Error('expected one login module, and nothing behind its ;')
  return { module: module.text.replace(/^.*\./, ''), options }
}

interface Word {
  readonly text?: string
  readonly mark?: string
}

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) throw new Error(`expected quotes that end, from character ${at + 1} on`)
    const [all, double, single, bare] = match
    const quoted = double ?? single
    if (quoted !== undefined) words.push({ text: unescaped(quoted) })
    else if (bare !== undefined) words.push({ text: bare })
    else if (all === '=' || all === ';') words.push({ mark: all })
  }
  return words
}

function unescaped(text: string): string {
  return text.replace(/\\([0-3]?[0-7]{1,2}|[^])/g, (_, escape: string) => {
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8))
    return escapes[escape] ?? escape
  })
}
