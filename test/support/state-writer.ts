/**
 * States that follow from a seed, and a process that commits them one after the other to a folder
 * until it is killed: `state-writer.js FOLDER SEED`. It prints `open` and the number of each commit.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { below, seededRandom } from '../../src/generate/random.ts'
import { openStore } from '../../src/io/state/store.ts'
import { RecordWriter } from '../../src/state/record.ts'

export type Changes = readonly (readonly [key: string, value: Uint8Array | null])[]

export const writerPath: string = fileURLToPath(import.meta.url)

/** Of the n-th commit: about 20 of 60 records, up to 60 kB each; each fifth is ended. */
export function changesOf(seed: number, n: number): Changes {
  const random = seededRandom(seed * 1000 + n)
  const changes = new Map<string, Uint8Array | null>()
  for (let left = 20; left > 0; left--) {
    const key = `count/minute/${below(random, 60)}/users/0`
    const value = new Uint8Array(below(random, 10) === 0 ? 60_000 : below(random, 5_000)).fill(
      below(random, 256),
    )
    const isEnded = below(random, 5) === 0
    changes.set(key, isEnded ? null : new RecordWriter().count(n).bytes(value).of(key))
  }
  return [...changes]
}

/** What is there after `commits` of them. */
export function stateAfter(seed: number, commits: number): Map<string, Uint8Array> {
  const state = new Map<string, Uint8Array>()
  for (let n = 1; n <= commits; n++) {
    for (const [key, value] of changesOf(seed, n)) {
      if (value === null) state.delete(key)
      else state.set(key, value)
    }
  }
  return state
}

if (process.argv[1] === writerPath) {
  const [folder = '', seed = '', commits = 'Infinity'] = process.argv.slice(2)
  const { store } = await openStore(folder, {
    create: true,
    say: (text) => writeSync(1, `${text}\n`),
  })
  writeSync(1, 'open\n')
  while (store.commits < Number(commits)) {
    await store.commit(changesOf(Number(seed), store.commits + 1))
    writeSync(1, `${store.commits}\n`)
  }
  await store.close()
}
