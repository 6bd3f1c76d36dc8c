import assert from 'node:assert/strict'
import process from 'node:process'
import { test } from 'node:test'
import { version } from '../../src/version.ts'
import { binFolder, denoPath } from '../support/paths.ts'
import { shell } from '../support/shell.ts'

const machine = `${process.platform} ${process.arch}`

test('a version says which program, runtime and platform it is', async () => {
  const { stdout } = await shell('uc version; uc --version; uc-count --version; uc count --version')
  const words = ` ${version} (node ${process.versions.node}, ${machine})`
  assert.equal(stdout, ['uc', 'uc', 'uc-count', 'uc-count', ''].join(`${words}\n`))
})

test('on Deno it says Deno, without a permission', async () => {
  const { stdout, stderr } = await shell(`
    "${denoPath}" --version | head -1 | cut -d ' ' -f 2
    "${denoPath}" run --no-prompt "${binFolder}/uc-count" --version`)
  assert.equal(stderr, '')
  const [deno, line] = stdout.split('\n')
  assert.equal(line, `uc-count ${version} (deno ${deno}, ${machine})`)
})
