/**
 * Completions for uc and every uc-…, written from the table of commands. Where neither a flag nor
 * one of few values is due, the shell completes names of files, as it does by itself.
 */
import { bashCompletion } from './completion/bash.ts'
import { fishCompletion } from './completion/fish.ts'
import { zshCompletion } from './completion/zsh.ts'
import type { Shell } from './own-words.ts'
import { zoneNames } from '../time/zone.ts'

const scripts: Readonly<Record<Shell, (zones: readonly string[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** The script that the shell has to read. Zones stand in it: to ask us for them takes 100 ms. */
export async function completion(shell: Shell): Promise<string> {
  return scripts[shell](await zoneNames())
}
