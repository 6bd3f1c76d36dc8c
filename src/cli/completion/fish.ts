/** Fish: a `complete` line per option, for the command itself and for it as a word after `uc`. */
import { type AnyCommand, commands } from '../commands.ts'
import { type AnyOption, isZone, wordOf } from '../option.ts'
import { ownWords } from '../own-words.ts'

export function fishCompletion(zones: readonly string[]): string {
  const names = commands.map(({ name }) => name.replace('uc-', ''))
  const own = ownWords.map(({ name }) => name)
  const words: readonly (readonly [string, string])[] = [
    ...commands.map(({ name, brief }) => [name.replace('uc-', ''), brief] as const),
    ...ownWords.map(({ name, brief }) => [name, brief] as const),
  ]
  return `# fish completion for uc; uc completion fish > ~/.config/fish/completions/uc.fish
# and, since fish looks for uc-pipeline elsewhere: source it in ~/.config/fish/config.fish
function __uc_zones
  printf '%s\\n' ${zones.join(' ')}
end
complete -c uc -f
${
    words.map(([word, brief]) =>
      `complete -c uc -n __fish_use_subcommand -a ${word} -d ${quote(brief)}\n`
    ).join('')
  }\
complete -c uc -n '__fish_seen_subcommand_from help' -a '${[...names, ...own].join(' ')}'
complete -c uc -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c uc -n __fish_use_subcommand -s h -l help -d 'Show the commands'
complete -c uc -n __fish_use_subcommand -l version -d 'Show the version'
${commands.map(commandLines).join('')}`
}

function commandLines({ name, options, takes }: AnyCommand): string {
  const word = name.replace('uc-', '')
  const places = [`-c ${name}`, `-c uc -n '__fish_seen_subcommand_from ${word}'`]
  return places.flatMap((place) => [
    `complete ${place} ${takes?.words === 'FILE' || takes?.words === 'DIR' ? '-F' : '-f'}\n`,
    ...Object.values(options).map((option) => `complete ${place} ${optionFlags(option)}\n`),
    `complete ${place} -s h -l help -d 'Show the options'\n`,
    `complete ${place} -l version -d 'Show the version'\n`,
  ]).join('')
}

/** -x: a value, and no file's name for it; -r -F: the name of a file. */
function optionFlags(option: AnyOption): string {
  const short = option.short === undefined ? '' : `-s ${option.short} `
  const value = option.choices
    ? `-x -a '${option.choices.join(' ')}' `
    : isZone(option)
    ? "-x -a '(__uc_zones)' "
    : option.value === 'FILE'
    ? '-r -F '
    : option.value === undefined
    ? ''
    : '-x '
  return `${short}-l ${wordOf(option)} ${value}-d ${quote(option.brief)}`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
