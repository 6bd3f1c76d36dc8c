import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { withFolder } from '../support/folder.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'

const programs = ['uc', ...commands.map(({ name }) => name)]

test('every command of the table is a program of the package, and no other is', () => {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.deepEqual(
    Object.entries(bin).sort(),
    programs.map((name) => [name, `bin/${name}`]).sort(),
  )
  const files = readdirSync(join(root, 'bin')).filter((name) => name !== 'package.json')
  assert.deepEqual(files.sort(), [...programs].sort())
})

test('every program begins the command of its own name', () => {
  for (const name of programs) {
    const text = readFileSync(join(root, 'bin', name), 'utf8')
    assert.equal(text, readFileSync(join(root, 'bin/uc'), 'utf8').replaceAll("'uc", `'${name}`))
    assert.match(text, new RegExp(`then\\(\\(\\{ main \\}\\) => main\\('${name}'\\)\\)`))
  }
})

test('a Node that is too old says which one it has to be, and loads nothing', async () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.equal(engines.node, '>=20')
  await withFolder(async (cwd) => {
    const old = "Object.defineProperty(process.versions, 'node', { value: '18.20.8' })"
    writeFileSync(join(cwd, 'old.cjs'), old)
    for (const name of programs) {
      const { stdout, stderr, status } = await shell(
        `node --require ./old.cjs "${join(root, 'bin', name)}" --version`,
        { cwd },
      )
      assert.deepEqual([stdout, status], ['', 1])
      assert.equal(stderr, `${name}: Node 18.20.8 is too old; expected Node 20 or newer\n`)
    }
  })
})

test('a program has no syntax that an old Node does not read', () => {
  for (const name of programs) {
    const text = readFileSync(join(root, 'bin', name), 'utf8')
    assert.doesNotMatch(text, /^(import|export) |\bawait\b|\?[.?]/m, name)
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
