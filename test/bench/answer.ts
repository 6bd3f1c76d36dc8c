/** What a variant must have said before its time counts. */
import assert from 'node:assert/strict'
import { shell } from '../support/shell.ts'
import type { Input } from './inputs.ts'
import type { Variant } from './variants.ts'

interface Asked {
  readonly variant: Variant
  readonly script: string
}

export async function checkAnswer(
  { variant, script }: Asked,
  { expected, cwd }: { readonly expected: Input; readonly cwd: string },
): Promise<void> {
  const { stdout, status, stderr } = await shell(script, { cwd })
  assert.equal(status, 0, `${script}: ${stderr}`)
  if (variant.answer === 'minutes') assert.equal(minutesOf(stdout), expected.minutes, script)
  if (variant.answer === 'lines') assert.equal(parseInt(stdout), expected.frames, script)
}

/** Ours says it in result lines, others as "start users", in any order. */
function minutesOf(stdout: string): string {
  const lines = stdout.trim().split('\n').map((line) => {
    if (!line.startsWith('{')) return line
    const { start, users } = JSON.parse(line) as { start: number; users: number }
    return `${start} ${users}`
  })
  return lines.sort((a, b) => parseInt(a) - parseInt(b)).join('\n')
}
