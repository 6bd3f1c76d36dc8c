/** Frames with keys to split them by: what JSON.parse counts in them is what the truth says, and uc. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateFrames, type GenerateOptions } from '../../src/generate/frames.ts'
import { Truth } from '../../src/generate/truth.ts'
import { shell } from '../support/shell.ts'

const options: GenerateOptions = {
  count: 5000,
  frameBytes: 200,
  ratePerSecond: 20,
  users: 300,
  delaySeconds: 30,
  delayPercent: 10,
  seed: 3,
  crlf: false,
  startMs: 1_468_244_384_000,
  brokenPercent: 0,
  groups: [{ key: 'country', values: 20 }, { key: 'page', values: 1000 }],
}

interface Counted {
  readonly users: Set<string>
  frames: number
}

function linesOf(generated: GenerateOptions, truth?: Truth): string[] {
  const chunks = Array.from(generateFrames(generated, truth), (chunk) => chunk.slice())
  return Buffer.concat(chunks).toString().trimEnd().split('\n')
}

test('the truth of groups is what JSON.parse counts', () => {
  const truth = new Truth(options)
  const minutes = new Map<string, Counted>()
  for (const line of linesOf(options, truth)) {
    const { ts, uid, country = null, page = null } = JSON.parse(line)
    const minute = Math.floor(Math.floor(Number(ts)) / 60) * 60
    const names = [JSON.stringify(country), JSON.stringify(page)]
    const groups = [`country/${names[0]}`, `page/${names[1]}`, `country,page/${names.join()}`]
    for (const group of groups) {
      const key = `${minute}/${group}`
      const counted = minutes.get(key) ?? { users: new Set(), frames: 0 }
      minutes.set(key, counted)
      counted.users.add(String(uid))
      counted.frames++
    }
  }
  const told = truth.toJSON().windows.minute.flatMap(({ start, by = {} }) => {
    return Object.entries(by).flatMap(([keys, groups]) => {
      return Object.entries(groups).map(([group, { users, frames }]) => {
        return [`${start}/${keys}/${group}`, users, frames] as const
      })
    })
  })
  assert.ok(told.length > 2000)
  assert.deepEqual(
    new Map(told.map(([key, ...counts]) => [key, counts])),
    new Map([...minutes].map(([key, { users, frames }]) => [key, [users.size, frames]])),
  )
})

test('a few values are frequent, many are rare, and some frames have none', () => {
  const values = linesOf(options).map((line) => (JSON.parse(line) as { page?: string }).page)
  const counts = new Map<string | undefined, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const sorted = [...counts.values()].sort((a, b) => b - a)
  assert.ok(counts.get(undefined)! > 20 && sorted[0]! > values.length / 20)
  assert.ok(counts.size > 400 && sorted.filter((count) => count < 3).length > 100)
})

test('without groups frames are what they were', () => {
  const { groups: _, ...plain } = options
  const bare = linesOf(plain).map((line) => JSON.parse(line))
  for (const [i, line] of linesOf(options).entries()) {
    const { country: _country, page: _page, ...rest } = JSON.parse(line)
    assert.equal(rest.uid, bare[i].uid)
    assert.equal(rest.ts, bare[i].ts)
  }
})

test('uc-pipeline --by counts the groups of uc-generate as its truth does', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'uc-groups-'))
  try {
    const generate = 'uc-generate -c 20000 --frame-bytes 300 -r 100 -n 500 --delay 60 ' +
      '--delay-percent 20 --groups country=30,page=2000 --truth truth.json -o frames'
    const by = '--by country --by page --by country,page'
    const { status, stderr } = await shell(
      `${generate} && uc-pipeline --minute --day ${by} --final frames -o lines`,
      { cwd },
    )
    assert.equal(status, 0, stderr)
    const truth = JSON.parse(readFileSync(join(cwd, 'truth.json'), 'utf8'))
    const expected = new Map<string, unknown>()
    for (const kind of ['minute', 'day']) {
      for (const { start, users, frames, by } of truth.windows[kind]) {
        expected.set(`${kind}/${start}`, [users, frames])
        for (const [keys, groups] of Object.entries<Record<string, Counted>>(by)) {
          for (const [group, count] of Object.entries(groups)) {
            expected.set(`${kind}/${start}/${keys}/${group}`, [count.users, count.frames])
          }
        }
      }
    }
    const found = new Map(
      readFileSync(join(cwd, 'lines'), 'utf8').trimEnd().split('\n').map((text) => {
        const { window, start, by, users, frames } = JSON.parse(text)
        const name = `${window}/${start}`
        if (by === undefined) return [name, [users, frames]]
        const values = Object.values(by).map((value) => JSON.stringify(value)).join()
        return [`${name}/${Object.keys(by).join()}/${values}`, [users, frames]]
      }),
    )
    assert.ok(found.size > 5000)
    assert.deepEqual(found, expected)
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
})
