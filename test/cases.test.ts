/**
 * Golden cases: fixtures/cases/<command>/<claim>/ holds `cmd`, and what it must give: expout,
 * experr, exit (0 without one). `input` is standard input. Every case runs as written, and by at
 * least a third of its other routes, drawn by the seed; `npm run cases` takes all. A line
 * `not json: why` in `routes` says why one does not apply. `UPDATE=1` writes what came out.
 */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, test } from 'node:test'
import { drawn } from './support/drawn.ts'
import { casesFolder } from './support/paths.ts'
import { type Route, routes } from './support/routes.ts'
import { withFolder } from './support/folder.ts'
import { seedHint } from './support/seed.ts'
import { shell, type ShellResult } from './support/shell.ts'

const isUpdate = process.env['UPDATE'] === '1'
const allRoutes = routes()
const others = { all: 0, drawn: 0 }

for (const command of readdirSync(casesFolder)) {
  describe(command, { concurrency: 2 }, () => {
    for (const claim of readdirSync(join(casesFolder, command))) {
      const folder = join(casesFolder, command, claim)
      for (const route of drawnRoutes(routesOf(folder))) {
        test(`${claim.replaceAll('-', ' ')}, ${route.claim}`, () => check(folder, route))
      }
    }
  })
}

test('a third of the other routes are drawn at least, and what is not drawn is told', (t) => {
  assert.ok(3 * others.drawn >= others.all, `${others.drawn} of ${others.all}`)
  const left = others.all - others.drawn
  if (left === 0) return
  const routes = `${left} of ${others.all} other routes of golden cases`
  t.diagnostic(`NOT TESTED: ${routes}, which npm run cases takes; ${seedHint}`)
})

function drawnRoutes([asWritten, ...rest]: readonly Route[]): readonly Route[] {
  const some = drawn(rest, Math.ceil(rest.length / 3))
  others.all += rest.length
  others.drawn += some.length
  return [asWritten!, ...some]
}

function routesOf(folder: string): readonly Route[] {
  const script = textOf(folder, 'cmd')
  const excluded = textOf(folder, 'routes')
  for (const line of excluded.split('\n').filter((line) => line !== '')) {
    assert.match(line, /^not (seven|json|deno|pipe|threads): .+/, `${folder}/routes`)
  }
  return allRoutes.filter(({ name }) => {
    if (isUpdate && name !== 'direct') return false
    if (/pipe|threads/.test(name) && !script.includes('uc-pipeline')) return false
    if (name === 'json' && !/uc-(pipeline|extract)/.test(script)) return false
    return !excluded.includes(`not ${name}:`)
  })
}

async function check(folder: string, route: Route): Promise<void> {
  const input = join(folder, 'input')
  const { stdout, stderr, status } = await withFolder((copy) => {
    cpSync(folder, copy, { recursive: true })
    return shell(textOf(folder, 'cmd'), {
      ...route.shell,
      cwd: copy,
      ...(existsSync(input) ? { input } : {}),
    })
  })
  if (isUpdate) update(folder, { stdout, stderr, status })
  assert.equal(stdout, textOf(folder, 'expout'), 'standard output')
  if (route.hasSameErrors) assert.equal(stderr, textOf(folder, 'experr'), 'standard error')
  assert.equal(status, Number(textOf(folder, 'exit') || '0'), `exit status; stderr: ${stderr}`)
}

function update(folder: string, { stdout, stderr, status }: ShellResult): void {
  const keep = (name: string, text: string, usual: string) => {
    if (text !== usual || existsSync(join(folder, name))) writeFileSync(join(folder, name), text)
  }
  keep('expout', stdout, '')
  keep('experr', stderr, '')
  keep('exit', `${status}\n`, '0\n')
}

function textOf(folder: string, name: string): string {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
