/**
 * What people see: fixtures/screens/<claim>/ holds `cmd` and, for each size of a terminal, what stands
 * there when it has ended, lines that have scrolled away too: `80x12`. Before each line is a letter for
 * how it looks (b: bold, d: dim, m: magenta). `UPDATE=1` writes what came out.
 */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, test } from 'node:test'
import { withFolder } from './support/folder.ts'
import { screensFolder } from './support/paths.ts'
import { routes } from './support/routes.ts'
import type { ShellOptions } from './support/shell.ts'
import { hasTerminal, onTerminal, Screen, type Size } from './support/terminal.ts'

const isUpdate = process.env['UPDATE'] === '1'
const deno = routes().find(({ name }) => name === 'deno')!
const skip = hasTerminal() ? false : 'needs the script of util-linux, for a terminal'

describe('a terminal shows what it did', { concurrency: 2, skip }, () => {
  for (const claim of readdirSync(screensFolder)) {
    const folder = join(screensFolder, claim)
    const sizes = readdirSync(folder).filter((file) => /^\d+x\d+$/.test(file))
    for (const [i, file] of sizes.entries()) {
      const name = `${claim.replaceAll('-', ' ')}, ${file}`
      test(`${name}, on Node`, () => check(folder, file))
      if (i === 0 && !isUpdate && isForDeno(folder)) {
        test(`${name}, on Deno`, () => check(folder, file, deno.shell))
      }
    }
  }
})

/** A line `not deno: why` in `routes` says why it does not apply. */
function isForDeno(folder: string): boolean {
  const file = join(folder, 'routes')
  return !existsSync(file) || !readFileSync(file, 'utf8').startsWith('not deno: ')
}

async function check(folder: string, file: string, route: ShellOptions = {}): Promise<void> {
  const [columns, rows] = file.split('x').map(Number)
  const size = { columns: columns!, rows: rows! }
  const screen = await screenOf(folder, size, route)
  if (isUpdate) writeFileSync(join(folder, file), screen.text)
  assert.equal(screen.text, readFileSync(join(folder, file), 'utf8'))
  const messages = /^uc-[a-z]+: / // the terminal wraps them, and they can be copied as one line
  assert.deepEqual(screen.wrapped.filter((line) => !messages.test(line)), [])
  assert.ok(screen.isPlain, 'colours or cursor are left as they were')
}

async function screenOf(folder: string, size: Size, route: ShellOptions): Promise<Screen> {
  const command = readFileSync(join(folder, 'cmd'), 'utf8').trim()
  const written = await withFolder((cwd) => {
    cpSync(folder, cwd, { recursive: true })
    return onTerminal(command, size, { ...route, cwd })
  })
  return new Screen(size, written)
}
