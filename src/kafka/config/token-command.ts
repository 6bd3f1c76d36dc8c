/**
 * Runs the program that prints a token for OAUTHBEARER. No shell is asked, so that nothing in the
 * file is expanded; what the program writes to standard error goes to ours.
 */
import { spawn } from 'node:child_process'
import { UcError } from '../../errors.ts'
import { reasonOf } from '../../io/reason.ts'
import type { Secret } from './secret.ts'

const patienceMs = 30_000
/** A token is a few kilobytes; more is no token. */
const mostCharacters = 2 ** 20

/** Arguments may be secret: messages show the name of the program alone. */
export async function tokenOf(command: readonly Secret[]): Promise<string> {
  const [program = '', ...args] = command.map((word) => word.reveal())
  const place = `uc.sasl.oauthbearer.command ${program.replace(/^.*\//, '')}`
  const fail = (end: string, cause?: unknown): UcError =>
    new UcError('failed', `${place}: ${end}`, cause === undefined ? {} : { cause })

  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  // Not spawn's own `timeout`: Node keeps it running, and itself alive, where there is no program.
  let isLate = false
  const timer = setTimeout(() => isLate = child.kill(), patienceMs)
  let text = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => {
    if (text.length < mostCharacters) text += chunk
  })
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', (error) => reject(fail(reasonOf(error))))
    child.on('close', (code, signal) => resolve(code ?? signal))
  }).finally(() => clearTimeout(timer))
  if (isLate) throw fail(`gave no token for ${patienceMs / 1000} s`)
  if (status !== 0) throw fail(`ended with ${typeof status === 'number' ? 'status ' : ''}${status}`)
  const token = text.trim()
  if (token === '') throw fail('expected a token on its standard output, which is empty')
  if (/\s/.test(token)) throw fail('expected a token alone on its standard output')
  return token
}
