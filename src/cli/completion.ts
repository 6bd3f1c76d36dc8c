/**
 * Completions for uc and every uc-…, written from the table of commands. Where neither a flag nor
 * one of few values is due, the shell completes names of files, as it does by itself.
 */
import { bashCompletion } from './completion/bash.ts'
import { fishCompletion } from './completion/fish.ts'
import { zshCompletion } from './completion/zsh.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

const scripts: Readonly<Record<Shell, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** The script that the shell has to read. */
export function completion(shell: Shell): string {
  return scripts[shell]()
}
