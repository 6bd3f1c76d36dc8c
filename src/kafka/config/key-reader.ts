/**
 * Takes values out of a file of properties, each once checked; every message names the file, the
 * line and the key, and shows the value only where it is no secret.
 */
import { quoted, UcError } from '../../errors.ts'
import { clientKeys, nearestKey } from './client-keys.ts'
import type { Property } from './properties.ts'
import { Secret } from './secret.ts'

/** A key that was accepted and changes nothing. */
export interface IdleKey {
  readonly key: string
  readonly line: number
  readonly why: string
}

export class KeyReader {
  readonly #file: string
  readonly #properties: ReadonlyMap<string, Property>

  constructor(file: string, properties: ReadonlyMap<string, Property>) {
    this.#file = file
    this.#properties = properties
  }

  has(key: string): boolean {
    return this.#properties.has(key)
  }

  /** The value as it stands; an empty one is none, save where `isEmptyTold`. */
  text(key: string, { isEmptyTold = false }: { isEmptyTold?: boolean } = {}): string | undefined {
    const value = this.#properties.get(key)?.value.trim()
    return value === '' && !isEmptyTold ? undefined : value
  }

  secret(key: string): Secret | undefined {
    const text = this.#properties.get(key)?.value
    return text === undefined || text === '' ? undefined : new Secret(text)
  }

  oneOf<const Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(key)
    if (text === undefined) return undefined
    const choice = choices.find((each) => each === text.toUpperCase())
    return choice ?? this.fail(key, `expected ${choices.join(', ')}`)
  }

  /** A whole number of milliseconds or bytes. */
  number(key: string, { from = 0 }: { from?: number } = {}): number | undefined {
    const text = this.text(key)
    if (text === undefined) return undefined
    const number = /^\d+$/.test(text) ? Number(text) : NaN
    if (number >= from && number < 2 ** 31) return number
    return this.fail(key, `expected a whole number from ${from} on`)
  }

  /** What `read` makes of the value; its error ends the message. */
  parsed<T>(key: string, read: () => T): T {
    try {
      return read()
    } catch (cause) {
      return this.fail(key, cause instanceof Error ? cause.message : String(cause), cause)
    }
  }

  fail(key: string, end: string, cause?: unknown): never {
    const property = this.#properties.get(key)
    if (property === undefined) throw new UcError('usage', `${this.#file}: ${key}: ${end}`)
    const use = clientKeys[key]
    const isShown = use?.use !== 'read' || use.isSecret !== true
    const value = isShown && !property.value.includes('-----') ? ` ${quoted(property.value)}` : ''
    const place = `${this.#file}:${property.line}: ${key}${value}`
    throw new UcError('usage', `${place}: ${end}`, cause === undefined ? {} : { cause })
  }

  /** Throws at the first key that is not known, or not possible here. */
  check(): readonly IdleKey[] {
    const idle: IdleKey[] = []
    for (const [key, { line }] of this.#properties) {
      const use = Object.hasOwn(clientKeys, key) ? clientKeys[key] : undefined
      if (use === undefined) throw this.#unknown(key, line)
      if (use.use === 'refused') {
        throw new UcError('usage', `${this.#file}:${line}: ${key}: ${use.remedy}`)
      }
      if (use.use === 'none') idle.push({ key, line, why: use.why })
    }
    return idle
  }

  /** A line whose continuation was lost begins with no key, but maybe with a part of a secret. */
  #unknown(key: string, line: number): UcError {
    const place = `${this.#file}:${line}`
    const meant = nearestKey(key)
    const isShown = meant !== undefined || /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/.test(key)
    if (!isShown) {
      const end = 'expected a key of the Java client; has the line above lost its \\ at the end?'
      return new UcError('usage', `${place}: ${end}`)
    }
    const remedy = meant === undefined
      ? 'expected a key of the Java client'
      : `did you mean ${meant}?`
    return new UcError('usage', `${place}: unknown key ${quoted(key)}; ${remedy}`)
  }
}
