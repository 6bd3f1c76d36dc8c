/** The tests of threads, on Deno: its workers and files are others than Node's. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { denoPath, root } from '../../support/paths.ts'
import { shell } from '../../support/shell.ts'

for (const name of ['threaded-input', 'threads']) {
  test(`the tests of ${name} pass on Deno`, async () => {
    const file = join(root, `dist/test/io/threads/${name}.test.js`)
    const { stdout, status } = await shell(`${denoPath} test --no-check --allow-all ${file}`)
    assert.equal(status, 0, stdout)
    assert.match(stdout, /ok \| [1-9]\d* passed \| 0 failed/)
  })
}
