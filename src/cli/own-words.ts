/** What `uc` does by itself: the words that stand where a command may, with their help. */
export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

export interface OwnWord {
  readonly name: 'help' | 'completion' | 'version'
  /** As the overview lists it. */
  readonly call: string
  readonly brief: string
  readonly usage: string
  /** What else there is to know, in paragraphs. */
  readonly detail: readonly string[]
  readonly example: string
}

export const ownWords: readonly OwnWord[] = [
  {
    name: 'help',
    call: 'help COMMAND',
    brief: 'Show the options of a command, in detail',
    usage: 'uc help [COMMAND]',
    detail: [
      'What --help of the command shows, with the detail and an example of each option. Without ' +
      'a command: the list of them.',
    ],
    example: 'uc help pipeline | less',
  },
  {
    name: 'completion',
    call: 'completion SHELL',
    brief: 'Write completions for bash, zsh or fish',
    usage: `uc completion ${shells.join('|')}`,
    detail: [
      'Writes the script by which the shell completes commands, flags, their values, and names of ' +
      'time zones, for uc and every uc-…. Where it goes:',
      'bash: source <(uc completion bash) in ~/.bashrc',
      'zsh: source <(uc completion zsh) in ~/.zshrc, after compinit',
      'fish: uc completion fish | source in ~/.config/fish/config.fish',
    ],
    example: 'source <(uc completion bash)',
  },
  {
    name: 'version',
    call: 'version',
    brief: 'Show the version, the runtime and the platform',
    usage: 'uc version',
    detail: ['The same as --version of any command. A report of a fault wants this line.'],
    example: 'uc version',
  },
]

export function ownWordNamed(name: string): OwnWord | undefined {
  return ownWords.find((word) => word.name === name)
}
