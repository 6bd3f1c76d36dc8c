/** What README shows first: `npm start` counts a stream of its own, and says whether it is right. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join } from 'node:path'
import { root } from './support/paths.ts'
import { shell } from './support/shell.ts'

test('npm start shows a right count, as a table', async () => {
  const { stdout, status } = await shell(`node "${join(root, '.dev/start.js')}"`)
  assert.equal(status, 0, stdout)
  assert.match(stdout, /^window +time +users/m)
  assert.match(stdout, /\nright: all \d+ windows have the users and frames that the generator/)
})
