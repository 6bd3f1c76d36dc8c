import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'
import { UcError } from '../../../src/errors.ts'
import { type OpenedStore, openStore, type StoreOptions } from '../../../src/io/state/store.ts'
import { RecordReader, RecordWriter } from '../../../src/state/record.ts'
import { below, seededRandom } from '../../../src/generate/random.ts'
import { withFolder } from '../../support/folder.ts'
import { Running } from '../../support/running.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { changesOf, stateAfter, writerPath } from '../../support/state-writer.ts'

const writing: StoreOptions = { create: true }

function valuesOf({ records }: OpenedStore): Map<string, Uint8Array> {
  return new Map(records.map(([key, value]) => [key, new Uint8Array(value)]))
}

async function committed(state: string, commits: number): Promise<void> {
  const { store } = await openStore(state, writing)
  for (let n = 1; n <= commits; n++) await store.commit(changesOf(seed, n))
  await store.close()
}

function record(key: string, bytes: number): Uint8Array {
  return new RecordWriter(bytes).bytes(new Uint8Array(bytes)).of(key)
}

test('what was committed is there when it is opened again, and what was ended is not', async () => {
  await withFolder(async (folder) => {
    for (let round = 1; round <= 5; round++) {
      const opened = await openStore(`${folder}/s`, writing)
      assert.deepEqual(valuesOf(opened), stateAfter(seed, opened.store.commits), seedHint)
      for (let left = round; left > 0; left--) {
        await opened.store.commit(changesOf(seed, opened.store.commits + 1))
      }
      await opened.store.close()
    }
  })
})

test('commits that do not wait for each other are done in their order', async () => {
  await withFolder(async (folder) => {
    const { store } = await openStore(folder, writing)
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => store.commit(changesOf(seed, n))))
    await store.close()
    assert.deepEqual(valuesOf(await openStore(folder, writing)), stateAfter(seed, 8), seedHint)
  })
})

test('its files have at most three times the bytes of its records and 8 MiB', async () => {
  await withFolder(async (folder) => {
    const { store } = await openStore(folder, writing)
    const check = () => {
      const { diskBytes, stateBytes } = store
      assert.ok(diskBytes <= 3 * stateBytes + 8 * 2 ** 20, `${diskBytes} for ${stateBytes}`)
    }
    try {
      for (let n = 0; n < 60; n++) { // 10 MB, six times
        const keys = Array.from({ length: 100 }, (_, i) => `hour/${(n % 10) * 100 + i}`)
        await store.commit(keys.map((key) => [key, record(key, 10_000)]))
        check()
      }
      await store.commit(Array.from({ length: 990 }, (_, i) => [`hour/${i}`, null]))
      for (let n = 0; n < 20; n++) await store.commit([['a', record('a', 100_000)]])
    } finally {
      await store.close()
    }
    check()
  })
})

test('a state that another process has open is refused with its number; when it is dead, not', async () => {
  await withFolder(async (folder) => {
    const holder = new Running(spawn(process.execPath, [writerPath, folder, `${seed}`]))
    await holder.says('1\n')
    holder.child.kill('SIGSTOP')
    const { pid } = holder.child
    await assert.rejects(
      openStore(folder, writing),
      new RegExp(`the state "${folder}" is in use by the process ${pid}; .*another folder`),
    )
    holder.child.kill('SIGKILL')
    await holder.status()
    const said: string[] = []
    const { store } = await openStore(folder, { create: false, say: (text) => said.push(text) })
    assert.match(said.join(), new RegExp(`the process ${pid} has ended without closing`))
    await assert.rejects(openStore(folder, writing), new RegExp(`process ${process.pid};`))
    await store.close()
    await (await openStore(folder, { create: false, say: assert.fail })).store.close()
  })
})

test('a folder that is no state is refused, and left as it is', async () => {
  await withFolder(async (folder) => {
    await assert.rejects(openStore(`${folder}/s`, { create: false }), /is not there; expected/)
    await assert.rejects(openStore(`${folder}/a/b`, writing), /cannot be made: no such file/)
    writeFileSync(`${folder}/f`, '')
    await assert.rejects(openStore(folder, writing), /it holds other files, such as "f"; name/)
    await assert.rejects(openStore(`${folder}/f`, writing), /cannot be read: a part of the path/)
    assert.deepEqual(readdirSync(folder), ['f'])
  })
})

test('a state of another format is refused by the uc that wrote it, with what to do', async () => {
  await withFolder(async (folder) => {
    await committed(folder, 1)
    const later = new RecordWriter().count(4).text('0.9.2   ').text('unknown').of('uc-state')
    writeFileSync(`${folder}/uc-state`, later)
    await assert.rejects(
      openStore(folder, writing),
      /is of format 4, by uc 0\.9\.2, where this uc, .+, reads format 3; go on with uc 0\.9\.2,/,
    )
  })
})

test('with any file cut, damaged or missing it is refused, or what was committed is there', async () => {
  const random = seededRandom(seed)
  await withFolder(async (folder) => {
    const good = `${folder}/good`
    await committed(good, 30)
    await (await openStore(good, writing)).store.close()
    const { store } = await openStore(good, writing)
    await store.commit(changesOf(seed, 31))
    await store.commit(changesOf(seed, 32))
    await store.close()
    const expected = stateAfter(seed, 32)

    const files = ['uc-state', ...readdirSync(`${good}/records`).map((name) => `records/${name}`)]
      .filter((name) => !/LOCK|LOG/.test(name))
    let refused = 0
    for (let round = 0; round < 120; round++) {
      const bad = `${folder}/bad`
      rmSync(bad, { recursive: true, force: true })
      cpSync(good, bad, { recursive: true })
      const file = `${bad}/${files[round % files.length]!}`
      const bytes = readFileSync(file)
      const at = below(random, round % 2 === 0 ? bytes.length : Math.min(bytes.length, 100))
      const way = below(random, 8)
      if (way === 0) rmSync(file)
      else if (way === 1) writeFileSync(file, bytes.subarray(0, at))
      else {
        bytes[at]! ^= 1 << below(random, 8)
        writeFileSync(file, bytes)
      }
      const what = `${file}, byte ${at}, way ${way}; ${seedHint}`
      try {
        const opened = await openStore(bad, { create: true })
        await opened.store.close()
        for (const [key, value] of opened.records) new RecordReader(key, value)
        assert.equal(opened.store.commits, 32, what)
        assert.deepEqual(valuesOf(opened), expected, what)
      } catch (error) {
        if (!(error instanceof UcError)) throw error
        assert.match(error.message, /the state/, what)
        refused++
      }
    }
    assert.ok(refused > 30, `${refused} refused`)
  })
})

test('without its file uc-state, or its records, a state is damaged', async () => {
  await withFolder(async (folder) => {
    for (const [name, problem] of [['uc-state', 'uc-state is missing'], ['records', 'damaged']]) {
      const state = `${folder}/${name}`
      mkdirSync(state)
      await committed(state, 2)
      rmSync(`${state}/${name}`, { recursive: true })
      await assert.rejects(openStore(state, writing), new RegExp(problem!))
    }
  })
})
