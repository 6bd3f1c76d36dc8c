import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { root } from '../support/paths.ts'

const programs = ['uc', ...commands.map(({ name }) => name)]

test('every command of the table is a program of the package, and no other is', () => {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.deepEqual(
    Object.entries(bin).sort(),
    programs.map((name) => [name, `bin/${name}`]).sort(),
  )
  assert.deepEqual(readdirSync(join(root, 'bin')).sort(), [...programs].sort())
})

test('every program begins the command of its own name', () => {
  for (const name of programs) {
    const lines = readFileSync(join(root, 'bin', name), 'utf8').split('\n')
    assert.ok(lines.includes(`await main('${name}')`), `bin/${name}: ${lines.join('\n')}`)
  }
})

test('what runs a command sees its plan, and no flags', () => {
  const folder = join(root, 'src/cli/run')
  for (const name of readdirSync(folder)) {
    const imports = readFileSync(join(folder, name), 'utf8').match(/from '\.\.\/[^.].*'/g) ?? []
    const wrong = imports.filter((each) => /\/(commands|option|options\/.*|parse)\.ts'/.test(each))
    assert.deepEqual(wrong, [], name)
  }
})
