/**
 * Arguments to values, by yargs with everything turned off that guesses: no numbers, no dots, no
 * camel case, no bundles of short flags, no optional values, no locale. Its start-up is 70 ms on
 * Node, so that it is loaded only here; help and version (action.ts) do without. What is wrong with
 * a flag itself has been said by check-flags.ts before yargs sees it.
 */
import type { Options as YargsOption } from 'yargs'
import { quoted, UcError } from '../errors.ts'
import { environment } from '../io/runtime.ts'
import { checkFlags } from './check-flags.ts'
import type { AnyCommand, Command } from './commands.ts'
import { flagOf, valueOfText, wordOf } from './option.ts'
import type { AnyOption, OptionTable, Parsed, Values } from './option.ts'

/** The values and files that the arguments name, or a UcError of code `usage`. */
export async function parseArguments<Table extends OptionTable>(
  command: Command<Table>,
  argv: readonly string[],
): Promise<Parsed<Table>> {
  const options = Object.values(command.options)
  checkFlags(command, argv)
  const { _: words, ...typed } = await yargsParse(options, argv)
  const given = new Map<AnyOption, readonly string[]>()
  const inEnvironment = new Set<AnyOption>()
  const values: Record<string, unknown> = {}
  for (const [key, option] of Object.entries(command.options)) {
    const texts = [typed[wordOf(option)] ?? []].flat().map(String)
    const text = texts.length > 0 ? '' : textFromEnvironment(option)
    if (texts.length > 0) given.set(option, option.value === undefined ? [] : texts)
    if (text !== '') inEnvironment.add(option)
    values[key] = text === '' ? valueFrom(option, texts) : valueOfText(option, text, option.env)
  }
  return {
    options: command.options,
    values: values as Values<Table>,
    given,
    inEnvironment,
    files: wordsFrom(command, [words].flat().map(String)),
  }
}

async function yargsParse(
  options: readonly AnyOption[],
  argv: readonly string[],
): Promise<Record<string, unknown>> {
  const { default: yargs } = await import('yargs')
  return await yargs([], '/') // a folder that is not looked at; the current one costs a permission
    .help(false)
    .version(false)
    .detectLocale(false)
    .exitProcess(false)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
      'strip-aliased': true,
      'duplicate-arguments-array': true, // so that we see them and can refuse them
    })
    .options(Object.fromEntries(options.map((option) => [wordOf(option), yargsOption(option)])))
    .fail(false)
    .parse([...argv])
}

/** A flag gets no type: yargs would forget how often a boolean was given, and take `true` after it. */
function yargsOption(option: AnyOption): YargsOption {
  const alias = option.short === undefined ? {} : { alias: option.short }
  return option.value === undefined ? { ...alias, nargs: 0 } : { ...alias, nargs: 1, string: true }
}

function valueFrom(option: AnyOption, texts: readonly string[]): unknown {
  if (option.repeatable === true) {
    const all = texts.length > 0 ? texts : [option.fallback ?? []].flat()
    return all.map((text) => valueOfText(option, text))
  }
  if (texts.length > 1) {
    throw new UcError('usage', `${flagOf(option)}: given ${texts.length} times; expected it once`)
  }
  if (option.value === undefined && texts.length === 1) return option.fallback !== 'true'
  const text = texts[0] ?? option.fallback
  return text === undefined ? undefined : valueOfText(option, text)
}

/** A variable that is empty says nothing, as one that is unset. */
function textFromEnvironment({ env }: AnyOption): string {
  return env === undefined ? '' : environment(env) ?? ''
}

function wordsFrom({ takes, reads }: AnyCommand, words: readonly string[]): readonly string[] {
  const { words: meaning, most = 0 } = takes ?? {}
  if (words.length > most) {
    const expected = meaning === undefined
      ? `no files; the command reads ${reads}`
      : most === 1
      ? `one ${meaning.toLowerCase()}`
      : `${most} ${meaning.toLowerCase()}s`
    throw new UcError('usage', `argument ${quoted(words[most]!)}: expected ${expected}`)
  }
  if (meaning === 'FILE' && words.includes('')) {
    throw new UcError('usage', 'argument "": expected the name of a file')
  }
  return words
}
