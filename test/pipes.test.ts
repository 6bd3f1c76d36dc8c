/** Pipes that are full all the time: what comes out is what the file gives, line by line. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { denoPath } from './support/paths.ts'
import { denoPermissions } from './support/routes.ts'
import { shell } from './support/shell.ts'

const count = 'uc-pipeline --minute --hour --lateness 5m'
const onDeno = `"${denoPath}" run ${denoPermissions} "$(command -v uc-pipeline)"`

describe('a full pipe', () => {
  let cwd: string
  let named: string

  before(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'uc-pipes-'))
    const generate =
      'uc-generate -c 30000 -n 3000 --frame-bytes 150 -d 20 --broken 2 -s 4 -o f.jsonl'
    const cut = 'head -n 15000 f.jsonl > a.jsonl && tail -n +15001 f.jsonl > b.jsonl'
    const { status, stderr } = await shell(`${generate} && ${cut} && gzip -k f.jsonl`, { cwd })
    assert.equal(status, 0, stderr)
    named = await output(`${count} f.jsonl`)
  })
  after(() => rmSync(cwd, { recursive: true }))

  async function output(script: string): Promise<string> {
    const { stdout, stderr, status } = await shell(script, { cwd })
    assert.equal(status, 0, stderr)
    return stdout
  }

  const rejects = (file: string) => {
    const lines = readFileSync(join(cwd, file), 'utf8').trim().split('\n')
    return lines.map((line) => {
      const { reason, line: number, detail } = JSON.parse(line) as Record<string, unknown>
      return { reason, number, detail }
    })
  }

  for (
    const piped of [
      `cat f.jsonl | ${count}`,
      `${count} < <(cat f.jsonl)`,
      `${count} <(cat f.jsonl)`,
      `cat f.jsonl.gz | ${count}`,
      `${count} <(cat f.jsonl.gz)`,
      `cat f.jsonl | ${count} --parser json`,
      `cat f.jsonl | ${count.replace('uc-pipeline', onDeno)}`,
      'cat f.jsonl | uc-extract | uc-window --minute --hour --lateness 5m | uc-count',
    ]
  ) {
    test(`${piped.replace(onDeno, 'uc-pipeline on Deno')}`, async () => {
      assert.equal(await output(piped), named)
    })
  }

  test('with --parser lazy', async () => {
    const lazy = `${count} --parser lazy`
    assert.equal(await output(`cat f.jsonl | ${lazy}`), await output(`${lazy} f.jsonl`))
  })

  test('one behind the other, with the same rejects', async () => {
    const piped = await output(`${count} --rejects piped <(cat a.jsonl) <(cat b.jsonl)`)
    assert.equal(piped, await output(`${count} --rejects named a.jsonl b.jsonl`))
    assert.ok(rejects('named').length > 100)
    assert.deepEqual(rejects('piped'), rejects('named'))
  })
})
