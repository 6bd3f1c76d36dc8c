/**
 * A long text in the program that people page with, as man and git do it: that of PAGER, or less,
 * which ends by itself where the text fits the screen.
 */
import { spawn } from 'node:child_process'
import { environment, ignoreInterrupts, isTerminal, mayStart } from './runtime.ts'
import { rowsOf } from './terminal.ts'

const shell = '/bin/sh'
/** For it; of whoever has not got it nothing is told. */
const usualPager = 'command -v less > /dev/null || exit 127; less'
/** What a shell says of a program that is not there, or is none. */
const notStarted = [126, 127]

/** Resolves when it has been read; to false where no pager has shown it. */
export async function isPaged(text: string): Promise<boolean> {
  const pager = environment('PAGER')?.trim() ?? usualPager
  const isOff = ['', 'cat'].includes(pager) || environment('TERM') === 'dumb'
  if (isOff || !isTerminal('stdout') || !mayStart(shell)) return false
  if (text.split('\n').length <= rowsOf('stdout')) return false
  ignoreInterrupts() // the pager hears Ctrl-C, too, and goes on
  return await isShown(pager, text).catch(() => false) // Deno may not let it inherit the environment
}

function isShown(pager: string, text: string): Promise<boolean> {
  const script = `export LESS="\${LESS-FRX}"; ${pager}`
  return new Promise((resolve) => {
    const child = spawn(shell, ['-c', script], { stdio: ['pipe', 'inherit', 'inherit'] })
    child.on('error', () => resolve(false))
    child.on('close', (status) => resolve(!notStarted.includes(status ?? 0)))
    child.stdin.on('error', () => {}) // it was left before its end
    child.stdin.end(text)
  })
}

/** Whether the pager shows what stands out as such: less by itself shows its escapes. */
export function showsEmphasis(): boolean {
  return /r/i.test(environment('LESS') ?? 'R')
}
