import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'
import { inspectState } from '../../../src/io/state/inspect.ts'
import { openStore } from '../../../src/io/state/store.ts'
import { withFolder } from '../../support/folder.ts'
import { Running } from '../../support/running.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { stateAfter, writerPath } from '../../support/state-writer.ts'

test('a state that is being written is seen as it was after one of its commits', async () => {
  await withFolder(async (folder) => {
    const writer = new Running(spawn(process.execPath, [writerPath, folder, `${seed}`]))
    await writer.says('1\n')
    let seen = 0
    for (let look = 0; look < 8; look++) {
      const told = Number(/(\d+)\n$/.exec(writer.stdout)?.[1])
      const { records, commits, pid, savedMs = 0 } = await inspectState(folder)
      assert.ok(commits >= told && commits >= seen, `${commits} seen, ${told} told`)
      assert.ok(Math.abs(Date.now() - savedMs) < 10_000)
      assert.equal(pid, writer.child.pid)
      assert.deepEqual(
        new Map(records.map(([key, value]) => [key, new Uint8Array(value)])),
        stateAfter(seed, commits),
        seedHint,
      )
      seen = commits
    }
    writer.child.kill('SIGKILL')
    await writer.status()
  })
})

test('looking changes no file', async () => {
  await withFolder(async (folder) => {
    const state = `${folder}/state`
    const { store } = await openStore(state, { create: true })
    await store.commit(stateAfter(seed, 5))
    await store.close()
    const files = () =>
      ['uc-state', ...readdirSync(`${state}/records`).map((name) => `records/${name}`)]
        .map((name) => [name, readFileSync(`${state}/${name}`).toString('latin1')])
    const before = files()
    const { records, pid } = await inspectState(state)
    assert.equal(records.length, stateAfter(seed, 5).size)
    assert.equal(pid, 0)
    assert.deepEqual(files(), before)
    writeFileSync(`${folder}/f`, '')
    await assert.rejects(inspectState(folder), /holds other files/)
    await assert.rejects(inspectState(`${folder}/none`), /is not there/)
  })
})
