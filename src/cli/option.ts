/**
 * What an option is: one entry that parsing, `--help`, the README's tables and the completions all
 * read, so that none of them can say what another does not. A table of options is an object of
 * such entries; the type of its values follows from the entries' `parse`.
 */
import { quoted, UcError } from '../errors.ts'
import { isText } from '../io/file-name.ts'

interface Entry<T> {
  /** As typed, without dashes: `max-delay`. */
  readonly name: string
  readonly short?: string
  /** Word for the value in the help. An option without one is a flag that is either there or not. */
  readonly value?: string
  /** Every text that `parse` takes, where they are few. */
  readonly choices?: readonly string[]
  readonly group: string
  /** Given any number of times; the values make a list. */
  readonly repeatable?: boolean
  /** The environment variable that says it where no flag does. */
  readonly env?: `UC_${string}`
  /** The key of `--kafka-config` that says it where neither flag nor environment does. */
  readonly property?: string
  /** Throws the end of an error message: `expected …`. Touches nothing but its text. */
  parse(text: string): T
  /** One phrase, under 60 columns. */
  readonly brief: string
  /** What else the user may want to know, in whole sentences. */
  readonly detail: string
  /** As typed in a shell. */
  readonly example: string
}

/**
 * An option with a value of type T. Without a fallback T has to admit undefined, the value of an
 * option that is not given; a fallback is text and goes through `parse` like the user's.
 */
export type Option<T> =
  & Entry<T>
  & (undefined extends T ? { readonly fallback?: string } : { readonly fallback: string })

/**
 * An option that may stand several times: its value is the list. When it is not given, that has the
 * fallback alone, or is empty.
 */
export type RepeatableOption<T> = Entry<T> & {
  readonly repeatable: true
  readonly fallback?: string
}

export type AnyOption = Option<unknown> | RepeatableOption<unknown>

export type OptionTable = Readonly<Record<string, AnyOption>>

/** The values of a table of options, under the same keys. */
export type Values<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends
    { readonly repeatable: true; parse(text: string): infer T } ? readonly T[]
    : Table[Key] extends { parse(text: string): infer T } ? T
    : never
}

/** What the arguments of a command say. */
export interface Parsed<Table> {
  /** The table that was asked. */
  readonly options: Table
  readonly values: Values<Table>
  /** The options that were typed, and the texts behind them: the rules between options ask this. */
  readonly given: ReadonlyMap<AnyOption, readonly string[]>
  /** Those that the environment says where they were not typed. */
  readonly inEnvironment: ReadonlySet<AnyOption>
  /** The words behind the options: files, of which `-` is standard input, or topics. */
  readonly files: readonly string[]
}

/** The word that is typed, without dashes. What is on by default can only be turned off. */
export function wordOf(option: AnyOption): string {
  return option.value === undefined && option.fallback === 'true'
    ? `no-${option.name}`
    : option.name
}

/** How messages name the option: `--max-delay`. */
export function flagOf(option: AnyOption): string {
  return `--${wordOf(option)}`
}

/** `-c`, or nothing. */
export function shortFlagOf({ short }: AnyOption): string {
  return short === undefined ? '' : `-${short}`
}

/** Whether its value is the name of a time zone, which completions know all of. */
export function isZone({ value }: AnyOption): boolean {
  return value === 'ZONE'
}

/** What the help shows for the value: its choices where they are short, or the word for it. */
export function valueOf({ choices, value = '' }: AnyOption): string {
  const alternatives = choices?.join('|') ?? ''
  return alternatives !== '' && alternatives.length <= 24 ? alternatives : value
}

/** `place` is what says the text: the flag, unless it stands elsewhere. */
export function valueOfText(
  option: AnyOption,
  text: string,
  place: string = flagOf(option),
): unknown {
  if (option.value !== 'FILE' && !isText(text)) {
    throw new UcError('usage', `${place} ${quoted(text)}: expected text in UTF-8`)
  }
  try {
    return option.parse(text)
  } catch (cause) {
    const expected = cause instanceof Error ? cause.message : String(cause)
    throw new UcError('usage', `${place} ${quoted(text)}: ${expected}`, { cause })
  }
}
