/**
 * Every word before `--` that looks like a flag has to be one, in its one right spelling, with a
 * value or without as its option asks. It is looked at before yargs, which after this finds nothing
 * wrong: what it would say has neither our form nor the word as it was typed, and on Deno costs the
 * permission to read its translations.
 */
import { quoted, UcError } from '../errors.ts'
import { didYouMean, nearest } from '../nearest.ts'
import { type AnyCommand, commands } from './commands.ts'
import { type AnyOption, flagOf, shortFlagOf, valueOf } from './option.ts'

/** Throws a UcError of code `usage` for the first flag that is not right. */
export function checkFlags(command: AnyCommand, argv: readonly string[]): void {
  const options = Object.values(command.options)
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') return
    if (!/^-./.test(word)) continue
    const flag = word.startsWith('--') ? word.replace(/=.*$/s, '') : word
    const option = options.find((each) => flagOf(each) === flag || shortFlagOf(each) === flag)
    if (option === undefined) throw unknownFlag(command, flag)
    const isJoined = flag !== word
    if (option.value === undefined) {
      if (isJoined) {
        const value = word.slice(flag.length + 1)
        throw new UcError('usage', `${flag} ${quoted(value)}: expected no value`)
      }
    } else if (!isJoined) {
      const value = argv[++i]
      if (value === undefined || looksLikeFlag(value)) {
        throw new UcError('usage', `${flag}: value missing; expected ${flag} ${valueOf(option)}`)
      }
    }
  }
}

/** As yargs sees it: `-` and `-5` may be values, while `--uid-key=-x` needs its `=`. */
function looksLikeFlag(word: string): boolean {
  return /^-\D/.test(word)
}

/** The names of the commands that have the flag. */
export function ownersOf(flag: string): readonly string[] {
  return commands.filter(({ options }) => Object.values(options).some((o) => flagOf(o) === flag))
    .map(({ name }) => name)
}

function unknownFlag({ options }: AnyCommand, flag: string): UcError {
  const owners = ownersOf(flag)
  const remedy = owners.length > 0
    ? `it belongs to ${owners.join(' and ')}`
    : didYouMean(meantBy(Object.values(options), flag)) ?? 'no flag is like it'
  return new UcError('usage', `unknown flag ${quoted(flag)}; ${remedy}`)
}

function meantBy(options: readonly AnyOption[], flag: string): readonly string[] {
  const spelling = otherSpelling(options, flag)
  if (spelling !== undefined) return [spelling]
  return nearest(flag, [...options.map(flagOf), '--help', '--version'])
}

/** `-count` and `--no-strict` for the long flags that they resemble, `-c5` for `-c 5`. */
function otherSpelling(options: readonly AnyOption[], flag: string): string | undefined {
  const name = flag.replace(/^-+(no-)?/, '').replace(/=.*$/s, '')
  const long = options.find((each) => each.name === name)
  if (long !== undefined) return flagOf(long)
  const short = options.find((each) =>
    each.value && each.short && flag.startsWith(shortFlagOf(each))
  )
  return short === undefined ? undefined : flag.replace(/^(-.)=?/, '$1 ')
}
