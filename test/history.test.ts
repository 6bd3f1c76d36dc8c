/** Two years of history in many files, against the generator's own account of every window. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ResultLine } from '../src/records.ts'
import { withFolder } from './support/folder.ts'
import { shell } from './support/shell.ts'

const kinds = ['day', 'month', 'year']
const flags = kinds.map((kind) => `--${kind}`).join(' ')

/** 146,200 frames in 731 days, some delayed; a file has about 30 days. */
const files = `uc-generate -c 146200 -r 0.00231481481 -n 2000 --start 2015-01-01T00:00:00Z \
  --frame-bytes 200 -d 5 -p 5 --truth truth.json |
  split -l 6000 -d -a 2 --filter 'gzip -1 > "$FILE.gz"' - day-`

/** Ways to count them. A shuffled file is in no order at all. */
const ways = {
  'a shell loop': `for f in day-*.gz; do gzip -dc "$f"; done | uc-pipeline ${flags}`,
  'a shell loop without order':
    `for f in day-*.gz; do gzip -dc "$f"; done | uc-pipeline ${flags} --order none`,
  'files by name, backwards, side by side':
    `uc-pipeline --interleave ${flags} $(ls day-*.gz | sort -r)`,
  'one shuffled file':
    `gzip -dc day-*.gz | shuf > s.jsonl; uc-pipeline ${flags} --order none s.jsonl`,
  'the pipe, one shuffled file':
    `uc-extract s.jsonl | uc-window ${flags} --order none --from 2015-01-01 | uc-count`,
}

interface Truth {
  readonly windows: Readonly<
    Record<string, readonly { start: number; users: number; frames: number }[]>
  >
}

test('two years of history equal the truth, in every way', async () => {
  await withFolder(async (cwd) => {
    await shell(files, { cwd })
    const { windows } = JSON.parse(readFileSync(join(cwd, 'truth.json'), 'utf8')) as Truth
    const truth = kinds.flatMap((window) =>
      windows[window]!.map(({ start, users, frames }) => ({ window, start, users, frames }))
    )
    assert.equal(truth.length, 731 + 24 + 2)
    for (const [way, script] of Object.entries(ways)) {
      const { stdout, stderr, status } = await shell(script, { cwd })
      assert.equal(status, 0, `${way}: ${stderr}`)
      const last = new Map<string, object>()
      for (const text of stdout.trim().split('\n')) {
        const { window, start, users, frames } = JSON.parse(text) as ResultLine
        last.set(`${window}/${start}`, { window, start, users, frames })
      }
      const counted = truth.map(({ window, start }) => last.get(`${window}/${start}`))
      assert.deepEqual(counted, truth, way)
      assert.equal(last.size, truth.length, way)
    }
  })
})
