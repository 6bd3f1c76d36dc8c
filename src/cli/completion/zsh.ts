/** Zsh: one `_arguments` call per command, with the briefs beside the flags. */
import { type AnyCommand, commands } from '../commands.ts'
import { type AnyOption, flagOf, isZone } from '../option.ts'
import { ownWords } from '../own-words.ts'

export function zshCompletion(zones: readonly string[]): string {
  const names = commands.map(({ name }) => name)
  const subcommands = commands.map(({ name, brief }) => described(name.replace('uc-', ''), brief))
  const words = [...commands, ...ownWords].map(({ name }) => name.replace('uc-', ''))
  const cases = names.map((name) => `        ${name.replace('uc-', '')}) ${functionOf(name)} ;;\n`)
  return `#compdef uc ${names.join(' ')}
# zsh completion for uc; in ~/.zshrc, after compinit: source <(uc completion zsh)

_uc_zones() {
  local -a zones=(${zones.join(' ')})
  _multi_parts / zones
}
${commands.map(commandFunction).join('')}
_uc() {
  case $service in
${names.map((name) => `    ${name}) ${functionOf(name)}; return ;;\n`).join('')}\
  esac
  local state line
  local -a subcommands=(
${
    [
      ...subcommands,
      ...ownWords.map(({ name, brief }) => described(name, brief)),
    ].map((line) => `    ${line}\n`).join('')
  }\
  )
  _arguments -C '(-h --help)'{-h,--help}'[Show the commands]' '--version[Show the version]' \\
    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command subcommands ;;
    rest)
      case \${line[1]#uc-} in
${cases.join('')}\
        help) _arguments '1:command:(${words.join(' ')})' ;;
        completion) _arguments '1:shell:(bash zsh fish)' ;;
      esac ;;
  esac
}

if [[ $funcstack[1] == _uc ]]; then
  _uc "$@"
else
  compdef _uc uc ${names.join(' ')}
fi
`
}

function functionOf(command: string): string {
  return `_${command.replace('-', '_')}`
}

function commandFunction({ name, options, takes }: AnyCommand): string {
  const lines = [
    ...Object.values(options).map(argument),
    "'(-h --help)'{-h,--help}'[Show the options]'",
    "'--version[Show the version]'",
    ...(takes?.words === 'FILE' ? ["'*:file:_files'"] : []),
    ...(takes?.words === 'DIR' ? ["'*:folder:_files -/'"] : []),
  ]
  return `\n${functionOf(name)}() {\n  _arguments \\\n    ${lines.join(' \\\n    ')}\n}\n`
}

function argument(option: AnyOption): string {
  const flag = flagOf(option)
  const action = option.choices
    ? `(${option.choices.join(' ')})`
    : isZone(option)
    ? '_uc_zones'
    : option.value === 'FILE'
    ? '_files'
    : ' '
  const value = option.value === undefined ? '' : `:${option.value}:${action}`
  const rest = quote(`[${option.brief.replace(/[\][:\\]/g, '\\$&')}]${value}`)
  const long = option.value === undefined ? flag : `${flag}=`
  if (option.short !== undefined) {
    return `'(-${option.short} ${flag})'{-${option.short},${long}}${rest}`
  }
  return `${option.repeatable ? "'*'" : ''}${long}${rest}`
}

function described(word: string, brief: string): string {
  return quote(`${word}:${brief.replaceAll(':', '\\:')}`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
