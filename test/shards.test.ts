/** Shards counted side by side in a shell and merged, against one run over all of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultLine } from '../src/records.ts'
import { withFolder } from './support/folder.ts'
import { shell } from './support/shell.ts'

/** Five days in files of half a day, cut anywhere: a day's windows are in two files, or three. */
const files = `uc-generate -c 40000 -r 0.0926 -n 6000 --start 2016-07-11T00:00:00Z -d 5 -p 5 \
  --frame-bytes 100 | split -l 4100 -d -a 2 --filter 'gzip -1 > "$FILE.gz"' - day-`
const windows = '--hour --day --week --tz Europe/Zurich'
const count = (flags: string) =>
  `ls day-*.gz | xargs -P 2 -I {} sh -c 'uc-pipeline ${windows} --sketch ${flags} {} > {}.ndjson'`

async function run(cwd: string, script: string): Promise<string> {
  const { stdout, stderr, status } = await shell(script, { cwd })
  assert.equal(stderr, '', script)
  assert.equal(status, 0, script)
  return stdout
}

test('files counted side by side and merged are one run with --method hll, to the byte', async () => {
  await withFolder(async (cwd) => {
    await run(cwd, files)
    const whole = `cat day-*.gz | gzip -dc | uc-pipeline ${windows} --sketch --method hll`
    const direct = await run(cwd, `${whole} --order none`)
    await run(cwd, count('--method hll --order none'))
    assert.equal(await run(cwd, 'uc-merge day-*.ndjson'), direct)
    const merged = await run(cwd, 'gzip -k day-0*.ndjson; uc-merge $(ls -r day-*.ndjson.gz)')
    assert.equal(merged, direct, 'in another order, compressed')

    const hours = 'uc-pipeline --hour --sketch --tz Europe/Zurich --order none'
    await run(cwd, `for f in day-*[0-9].gz; do ${hours} --method hll $f > $f.hours; done`)
    const rolled = await run(cwd, 'uc-merge --to hour,day,week day-*.hours')
    assert.equal(rolled, direct, 'of hours alone')
  })
})

test('what was counted exactly has the same sketch, and number where files share a window', async () => {
  await withFolder(async (cwd) => {
    await run(cwd, files)
    const whole = `cat day-*.gz | gzip -dc | uc-pipeline ${windows} --sketch --method hll`
    const direct = parsed(await run(cwd, whole))
    await run(cwd, count(''))
    const merged = parsed(await run(cwd, 'uc-merge day-*.ndjson'))
    assert.equal(merged.length, direct.length)
    assert.ok(merged.some(({ method }) => method === 'hll'))
    merged.forEach((line, i) => {
      const { sketch, frames } = direct[i]!
      if (line.method === 'hll') assert.deepEqual(line, direct[i])
      else assert.deepEqual([line.sketch, line.frames], [sketch, frames])
    })
  })
})

test('what was cut stays early when it is merged again', async () => {
  await withFolder(async (cwd) => {
    await run(cwd, files)
    for (const [shard, file] of [['a', 'day-00.gz'], ['b', 'day-01.gz']]) {
      await run(cwd, `uc-pipeline --hour --sketch --shard ${shard} ${file} | gzip > ${shard}.gz`)
    }
    const cut =
      'head -c $(($(wc -c < b.gz) / 2)) b.gz > cut.gz; uc-merge --to day a.gz cut.gz > cut'
    assert.equal((await shell(cut, { cwd })).status, 1)
    const days = parsed(await run(cwd, 'uc-merge cut'))
    assert.deepEqual(days, parsed(await run(cwd, 'cat cut')))
    assert.equal(days.at(-1)?.pane, 'early')
    assert.deepEqual(Object.keys(days.at(-1)?.shards ?? {}), ['a', 'b'])
  })
})

function parsed(text: string): ResultLine[] {
  return text.trim().split('\n').map((line) => JSON.parse(line) as ResultLine)
}
