/** Folders that take nothing more: processes with a limit for their files, or without permission. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'
import { openStore } from '../../../src/io/state/store.ts'
import { withFolder } from '../../support/folder.ts'
import { Running } from '../../support/running.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { stateAfter, writerPath } from '../../support/state-writer.ts'

const nobody = 65534

/** Commits in a shell of its own. Returns what it has written, once it has failed. */
async function failing(state: string, before: string, asNobody = false): Promise<Running> {
  const script = `${before}; exec "${process.execPath}" "${writerPath}" "${state}" ${seed} 100`
  const asOther = asNobody && process.getuid!() === 0 ? { uid: nobody, gid: nobody } : {}
  const writer = new Running(spawn('sh', ['-c', script], asOther))
  assert.equal(await writer.status(), 1, writer.stderr)
  return writer
}

test('where no more can be written it says so, and the state is the last whole one', async () => {
  await withFolder(async (folder) => {
    const state = `${folder}/state`
    for (const blocks of [600, 900, 2000]) {
      const { stderr, stdout } = await failing(state, `ulimit -f ${blocks}; trap '' XFSZ`)
      assert.match(stderr, /the state ".*" cannot be (written|opened): file too large/, stderr)
      const { store, records } = await openStore(state, { create: true })
      await store.close()
      const told = Number(/(\d+)\n$/.exec(stdout)?.[1] ?? 0)
      assert.ok(told === 0 || [0, 1].includes(store.commits - told), `${store.commits} ${told}`)
      assert.deepEqual(
        new Map(records.map(([key, value]) => [key, new Uint8Array(value)])),
        stateAfter(seed, store.commits),
        seedHint,
      )
    }
  })
})

test('a folder that may not be written is refused by name, and left as it is', async () => {
  await withFolder(async (folder) => {
    const made = `${folder}/made`
    const { store } = await openStore(made, { create: true })
    await store.commit([])
    await store.close()
    const state = `${folder}/state`
    cpSync(made, state, { recursive: true })
    const files = ['', '/uc-state', ...readdirSync(`${state}/records`).map((x) => `/records/${x}`)]
    for (const file of [...files, '/records']) {
      if (process.getuid!() === 0) chownSync(state + file, nobody, nobody)
      chmodSync(state + file, statSync(state + file).isDirectory() ? 0o555 : 0o444)
    }
    chmodSync(folder, 0o755)
    const { stderr } = await failing(state, ':', true)
    assert.match(stderr, /the state ".*\/state" cannot be opened: permission denied/)
    const missing = await failing(`${state}/new`, ':', true)
    assert.match(missing.stderr, /the state ".*\/new" cannot be made: no permission/)
    const empty = `${folder}/empty`
    mkdirSync(empty)
    chmodSync(empty, 0o555)
    const unmade = await failing(empty, ':', true)
    assert.match(unmade.stderr, /the state ".*\/empty" cannot be opened: no permission/)
    chmodSync(state, 0o755)
    chmodSync(`${state}/records`, 0o755)
  })
})
