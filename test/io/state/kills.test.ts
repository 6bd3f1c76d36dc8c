/** A process that commits one state after another is killed at any moment, again and again. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import process from 'node:process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../../src/io/state/store.ts'
import { below, seededRandom } from '../../../src/generate/random.ts'
import { withFolder } from '../../support/folder.ts'
import { denoPath } from '../../support/paths.ts'
import { Running } from '../../support/running.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { stateAfter, writerPath } from '../../support/state-writer.ts'

const kills = Number(process.env['UC_KILLS'] ?? 10)

const runtimes: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['Node', [process.execPath]],
  ['Deno', [denoPath, 'run', '--allow-ffi', '--allow-read', '--allow-write']],
]

for (const [name, [command = '', ...args]] of runtimes) {
  test(`kill -9 leaves the last whole commit, or the next one: ${name}`, async () => {
    const random = seededRandom(seed)
    await withFolder(async (folder) => {
      const state = `${folder}/state`
      let known = 0
      for (let kill = 0; kill < kills; kill++) {
        const writer = new Running(spawn(command, [...args, writerPath, state, `${seed}`]))
        await writer.says('open\n')
        await sleep(below(random, 150))
        writer.child.kill('SIGKILL')
        assert.equal(await writer.status(), null, writer.stderr)
        const told = Number(/(\d+)\n$/.exec(writer.stdout)?.[1] ?? known)
        known = await checkedCommits(state)
        assert.ok(
          known === told || known === told + 1,
          `${known} commits, ${told} told, ${seedHint}`,
        )
      }
      assert.ok(known > kills, `${known} commits only`)
    })
  })
}

/** How many there are; what is there has to be what they make. */
async function checkedCommits(state: string): Promise<number> {
  const said: string[] = []
  const { store, records } = await openStore(state, {
    create: false,
    say: (text) => said.push(text),
  })
  await store.close()
  assert.match(said.join(), /^the process \d+ has ended without closing/)
  const expected = stateAfter(seed, store.commits)
  assert.deepEqual(
    new Map(records.map(([key, value]) => [key, new Uint8Array(value)])),
    expected,
    seedHint,
  )
  return store.commits
}
