/**
 * What a call asks for, before any option is read: help and version stand above all else on the
 * line and cost no yargs. `uc count …` becomes the same action as `uc-count …`.
 */
import { quoted, UcError } from '../errors.ts'
import { didYouMean, nearest } from '../nearest.ts'
import { ownersOf } from './check-flags.ts'
import { type AnyCommand, type AnyRunnable, commandNamed, commands } from './commands.ts'
import { type OwnWord, ownWordNamed, ownWords, type Shell, shells } from './own-words.ts'

export type Action =
  | { readonly type: 'overview' }
  | { readonly type: 'version'; readonly of: string }
  | { readonly type: 'help'; readonly command: AnyCommand; readonly isLong: boolean }
  | { readonly type: 'help of uc'; readonly word: OwnWord }
  | { readonly type: 'completion'; readonly shell: Shell }
  | { readonly type: 'run'; readonly command: AnyRunnable; readonly argv: readonly string[] }

/** The action of a program, `uc` or `uc-…`, called with these arguments. */
export function actionOf(program: string, argv: readonly string[]): Action {
  const command = commandNamed(program)
  return command === undefined ? umbrellaAction(argv) : commandAction(command, argv)
}

function commandAction(command: AnyRunnable, argv: readonly string[]): Action {
  const ends = argv.indexOf('--')
  const words = ends < 0 ? argv : argv.slice(0, ends)
  if (words.some(asksForHelp)) return { type: 'help', command, isLong: false }
  return words.includes('--version')
    ? { type: 'version', of: command.name }
    : { type: 'run', command, argv }
}

function umbrellaAction([word, ...rest]: readonly string[]): Action {
  if (word === undefined || asksForHelp(word)) return { type: 'overview' }
  if (word === '--version') return { type: 'version', of: 'uc' }
  const own = ownWordNamed(word)
  if (own !== undefined) {
    return rest.some(asksForHelp) ? { type: 'help of uc', word: own } : ownActions[own.name](rest)
  }
  const command = commandNamed(word)
  return command === undefined ? unknownCommand(word) : commandAction(command, rest)
}

function asksForHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}

const ownActions: Readonly<Record<OwnWord['name'], (argv: readonly string[]) => Action>> = {
  help: helpAction,
  completion: completionAction,
  version([excess]) {
    if (excess !== undefined) throw tooMany(excess, 'nothing behind version')
    return { type: 'version', of: 'uc' }
  },
}

function helpAction([name, excess]: readonly string[]): Action {
  if (name === undefined) return { type: 'overview' }
  if (excess !== undefined) throw tooMany(excess, 'one command only')
  const word = ownWordNamed(name)
  if (word !== undefined) return { type: 'help of uc', word }
  const command = commandNamed(name)
  return command === undefined ? unknownCommand(name) : { type: 'help', command, isLong: true }
}

function completionAction([name, excess]: readonly string[]): Action {
  if (excess !== undefined) throw tooMany(excess, 'one shell only')
  const expected = `expected one of ${shells.join(', ')}`
  if (name === undefined) throw new UcError('usage', `argument SHELL: missing; ${expected}`)
  const shell = shells.find((each) => each === name)
  if (shell === undefined) throw new UcError('usage', `argument ${quoted(name)}: ${expected}`)
  return { type: 'completion', shell }
}

function tooMany(word: string, expected: string): UcError {
  return new UcError('usage', `argument ${quoted(word)}: expected ${expected}`)
}

function unknownCommand(word: string): never {
  const isFlag = word.startsWith('-')
  const owners = ownersOf(word.replace(/=.*$/s, ''))
  const names = [...commands, ...ownWords].map(({ name }) => name.replace('uc-', ''))
  const near = isFlag ? ['--help', '--version'] : names
  const remedy = owners.length > 0
    ? `it belongs to ${owners.join(' and ')}`
    : didYouMean(nearest(word.replace(/^uc-/, ''), near)) ?? `expected ${names.join(', ')}`
  throw new UcError('usage', `unknown ${isFlag ? 'flag' : 'command'} ${quoted(word)}; ${remedy}`)
}
