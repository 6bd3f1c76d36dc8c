/**
 * What a call asks for, before any option is read: help and version stand above all else on the
 * line and cost no yargs. `uc count …` becomes the same action as `uc-count …`.
 */
import { quoted, UcError } from '../errors.ts'
import { type AnyCommand, type AnyRunnable, commandNamed, commands } from './commands.ts'
import { type Shell, shells } from './completion.ts'
import { nearest } from './nearest.ts'

export type Action =
  | { readonly type: 'overview' }
  | { readonly type: 'version' }
  | { readonly type: 'help'; readonly command: AnyCommand; readonly isLong: boolean }
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
  if (words.includes('--help') || words.includes('-h')) {
    return { type: 'help', command, isLong: false }
  }
  return words.includes('--version') ? { type: 'version' } : { type: 'run', command, argv }
}

function umbrellaAction([word, ...rest]: readonly string[]): Action {
  if (word === undefined || word === '--help' || word === '-h') return { type: 'overview' }
  if (word === '--version') return { type: 'version' }
  if (word === 'help') return helpAction(rest)
  if (word === 'completion') return completionAction(rest)
  const command = commandNamed(word)
  return command === undefined ? unknownCommand(word) : commandAction(command, rest)
}

function helpAction([name, excess]: readonly string[]): Action {
  if (name === undefined || name.startsWith('-')) return { type: 'overview' }
  if (excess !== undefined) {
    throw new UcError('usage', `argument ${quoted(excess)}: expected one command only`)
  }
  const command = commandNamed(name)
  return command === undefined ? unknownCommand(name) : { type: 'help', command, isLong: true }
}

function completionAction([name, excess]: readonly string[]): Action {
  if (name === '--help' || name === '-h') return { type: 'overview' }
  const shell = shells.find((each) => each === name)
  if (shell === undefined || excess !== undefined) {
    const place = name === undefined ? 'completion' : `completion ${quoted(excess ?? name)}`
    throw new UcError('usage', `${place}: expected one of ${shells.join(', ')}`)
  }
  return { type: 'completion', shell }
}

function unknownCommand(word: string): never {
  const names = [...commands.map(({ name }) => name.replace('uc-', '')), 'help', 'completion']
  const meant = nearest(word.replace(/^uc-/, ''), names)
  const remedy = meant === undefined ? `expected ${names.join(', ')}` : `did you mean ${meant}?`
  const kind = word.startsWith('-') ? 'flag' : 'command'
  throw new UcError('usage', `unknown ${kind} ${quoted(word)}; ${remedy}`)
}
