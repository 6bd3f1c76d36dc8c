/**
 * Bash. Only what the bash 3.2 of macOS has. COMP_WORDBREAKS parts words at `=`, so that
 * `--format=j` comes as three words. An empty reply makes bash complete the name of a file.
 */
import { commands } from '../commands.ts'
import { type AnyOption, flagOf, isZone, shortFlagOf } from '../option.ts'
import { ownWords } from '../own-words.ts'

export function bashCompletion(zones: readonly string[]): string {
  const names = commands.map(({ name }) => name)
  const subcommands = names.map((name) => name.replace('uc-', ''))
  const own = ownWords.map(({ name }) => name)
  const first = [...subcommands, ...own, '--help', '--version']
  return `# bash completion for uc; in ~/.bashrc: eval "$(uc completion bash)"
_uc_zones='${zones.join(' ')}'
_uc() {
  local command=\${1##*/} current=$2 previous=$3 words=
  COMPREPLY=()
  if [[ $command == uc ]]; then
    if ((COMP_CWORD == 1)); then
      COMPREPLY=($(compgen -W '${first.join(' ')}' -- "$current"))
      return
    fi
    command=uc-\${COMP_WORDS[1]#uc-}
  fi
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $previous in
${optionsWithValue().map(valueCase).join('')}\
    *) case $command in
${commands.map(({ name, options }) => flagCase(name, Object.values(options))).join('')}\
      uc-help) ((COMP_CWORD == 2)) && words='${[...subcommands, ...own].join(' ')}' ;;
      uc-completion) ((COMP_CWORD == 2)) && words='bash zsh fish' ;;
    esac ;;
  esac
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
  return 0
}
complete -o default -F _uc uc ${names.join(' ')}
`
}

/** Each once, whichever commands have it. */
function optionsWithValue(): readonly AnyOption[] {
  const options = new Set(commands.flatMap((command) => Object.values(command.options)))
  return [...options].filter((option) => option.value !== undefined)
}

/** The words that may stand after the option; none for what is free text or a file. */
function valueCase(option: AnyOption): string {
  const spellings = [flagOf(option), shortFlagOf(option)].filter((each) => each !== '')
  const words = isZone(option) ? '$_uc_zones' : `'${option.choices?.join(' ') ?? ''}'`
  return `    ${spellings.join(' | ')}) words=${words} ;;\n`
}

function flagCase(command: string, options: readonly AnyOption[]): string {
  const flags = [...options.map(flagOf), '--help', '--version']
  return `      ${command}) [[ $current == -* ]] && words='${flags.join(' ')}' ;;\n`
}
