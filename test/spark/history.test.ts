/** History counted by Spark is what one uc-pipeline counts, to the byte; nothing is counted twice. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Cluster,
  interpreter,
  publishedLines,
  script as historyScript,
  submit,
  watchedCommands,
} from '../support/history.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import { missingPackage } from '../support/sketches.ts'

const flags = '--minute --hour --day --week --month --quarter --year --window 7m ' +
  '--tz Europe/Zurich --week-start sunday --until 2017-01-01'
const split = ['--split', '30KiB']

describe('history on Spark', { skip: missingPackage('pyspark') ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'uc-history-'))
  const input = join(folder, 'in')
  const { bin, calls } = watchedCommands(folder)
  const uc = ['--uc', bin]
  let cluster: Cluster

  before(async () => {
    mkdirSync(join(input, 'sub [1],é'), { recursive: true })
    mkdirSync(join(input, '_hidden'))
    mkdirSync(join(folder, 'broken'))
    const generate = 'uc-generate -n 3000 --frame-bytes 100 --broken 1'
    const { status, stderr } = await shell(
      `${generate} -c 2000 -r 0.001 -o plain.jsonl
       ${generate} -c 2000 -r 0.001 --seed 2 --gz -o 'sub [1],é/p*.gz'
       ${generate} -c 500 -r 10 --seed 3 --gz | cat - <(${generate} -c 500 --gz) > two.gz
       ${generate} -c 100 --seed 4 | tee _hidden/x.jsonl > .hidden.jsonl
       touch empty.jsonl`,
      { cwd: input },
    )
    assert.equal(status, 0, stderr)
    writeFileSync(join(input, 'hostile.jsonl'), hostileLines())
    // A file system that only Hadoop reads.
    cluster = new Cluster({
      'spark.hadoop.fs.viewfs.mounttable.hist.link./data': `file://${input}`,
      'spark.hadoop.fs.viewfs.mounttable.hist.link./broken': `file://${folder}/broken`,
    })
  })
  after(async () => {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const path = (name: string) => join(folder, name)

  /** What one run has to say of the files. */
  async function oneRun(names: string): Promise<string> {
    const counting = `uc-pipeline ${flags} --order none --method hll --sketch ${names}`
    const { stdout, status } = await shell(counting, { cwd: input })
    assert.equal(status, 0)
    return stdout
  }
  const good = `plain.jsonl 'sub [1],é/p*.gz' two.gz hostile.jsonl`
  const counted = () => calls().filter((call) => call.includes('--stats'))

  test('gives the lines of one run, to the byte, and counts no part again', async () => {
    const run = (out: string, more: string[] = []) =>
      cluster.run([
        ...['--out', path(out), '--work', path('work'), ...uc, ...split, ...more, input, '--'],
        ...flags.split(' '),
      ])
    const first = await run('first')
    assert.equal(first.status, 0, first.said)
    const expected = await oneRun(good)
    assertSame(publishedLines(path('first')), expected)
    assert.match(
      first.said,
      /files: 4, of which 0 were .*\n.*files counted: 4 of 4, with 8,001 lines, \d/,
    )
    assert.ok(counted().length > 2 + 2 * 4, 'plain files are split')

    const again = await run('again', ['--format', 'parquet'])
    assert.equal(again.status, 0, again.said)
    assert.deepEqual(counted(), [])
    assert.match(again.said, /files: 4, of which 4 were counted before/)
    const lines = expected.trim().split('\n').map((line) => JSON.parse(line))
    assert.deepEqual(await cluster.parquet(path('again')), lines)
  })

  test('cuts files so that each part has whole lines, and each line is in one', () => {
    const cuts = join(root, 'test/support/history-cuts.py')
    execFileSync(interpreter(), ['-B', cuts, dirname(historyScript)])
  })

  test('reads the same bytes from other file systems, as lines', async () => {
    const out = path('streamed')
    const argv = ['--out', out, ...uc, ...split, 'viewfs://hist/data', '--', ...flags.split(' ')]
    const { said, status } = await cluster.run(argv)
    assert.equal(status, 0, said)
    assertSame(publishedLines(out), await oneRun(good))
    const children = counted()
    assert.ok(children.length > 2 + 2 * 4, 'plain files are split')
    assert.deepEqual(children.filter((call) => call.includes(input)), [])
  })

  test('tells of a broken file by its name, and counts the others', async () => {
    const broken = path('broken')
    const { status } = await shell(
      `cp plain.jsonl '${broken}' && head -c 9000 two.gz > '${broken}/cut.gz'`,
      { cwd: input },
    )
    assert.equal(status, 0)
    const run = (out: string, more: string[]) =>
      cluster.run(['--out', path(out), ...uc, ...more, broken, '--', ...flags.split(' ')])
    const strict = await run('strict', ['--strict'])
    assert.equal(strict.status, 3, strict.said)
    assert.match(strict.said, /strict is not made; what is counted stays in .*strict\.work/)
    assert.equal(existsSync(path('strict')), false)

    calls()
    const others = await run('others', ['--work', path('strict.work')])
    assert.equal(others.status, 0, others.said)
    assert.match(others.said, /cut\.gz: .*gzip data is cut short.*; not counted\n.*: 1 of 2,/)
    assertSame(publishedLines(path('others')), await oneRun('plain.jsonl'))
    assert.deepEqual(counted().map((call) => /[^/]*$/.exec(call)![0]), ['cut.gz'])

    const out = ['--out', path('elsewhere'), ...uc, 'viewfs://hist/broken']
    const elsewhere = await cluster.run([...out, '--', ...flags.split(' ')])
    assert.equal(elsewhere.status, 0, elsewhere.said)
    assert.match(
      elsewhere.said,
      /hist\/broken\/cut\.gz: .*Unexpected end of input stream; not count/,
    )
    assertSame(publishedLines(path('elsewhere')), await oneRun('plain.jsonl'))
  })

  test('says what is wrong before anything is counted', async () => {
    for (
      const [argv, expected, status] of [
        [['--out', folder, input], /is there already; remove it, or name another by --out/, 1],
        [['--out', path('o'), input, '--', '--tz', 'Mars'], /unknown time zone/, 1],
        [['--out', path('o'), input, '--', '--kafka'], /--kafka behind --: expected --minute/, 2],
        [['--out', path('o'), `${input}/none`], /in\/none: no such file or folder/, 1],
        [
          ['--out', path('o'), '--uc', '/none', input],
          /no uc-pipeline in \/none of .*--uc FOLDER/,
          1,
        ],
      ] as const
    ) {
      const { said, status: ended } = await cluster.run(argv)
      assert.match(said, expected)
      assert.equal(ended, status, said)
    }
    assert.equal(existsSync(path('o.work')), false)
  })

  test('goes on after kill -9 with what is missing', async () => {
    const held = path('four')
    const { status } = await shell(
      `mkdir '${held}' && cp plain.jsonl '${held}/held' && for i in 1 2 3; do
         uc-generate -c 500 -r 0.01 --seed $i --frame-bytes 100 -o '${held}/'$i; done`,
      { cwd: input },
    )
    assert.equal(status, 0)
    const argv = ['--out', path('whole'), ...uc, held, '--', ...flags.split(' ')]
    writeFileSync(path('hold'), '')
    const killed = submit(argv, { master: 'local[2]' })
    const ended = once(killed, 'close')
    while (partsIn(path('whole.work')) < 3) {
      assert.equal(killed.exitCode, null)
      await sleep(100)
    }
    process.kill(-killed.pid!, 'SIGKILL')
    await ended
    assert.equal(existsSync(path('whole')), false)
    rmSync(path('hold'))

    calls()
    const { said, status: second } = await cluster.run(argv)
    assert.equal(second, 0, said)
    assert.match(said, /files: 4, of which 3 were counted before/)
    assert.deepEqual(counted().map((call) => /[^/]*$/.exec(call)![0]), ['held'])
    assertSame(publishedLines(path('whole')), await oneRun(`${held}/*`))
  })
})

/** Line by line, as the first that differs says enough of megabytes. */
function assertSame(published: string, expected: string): void {
  const [lines, others] = [published.split('\n'), expected.split('\n')]
  lines.forEach((line, i) => assert.equal(line, others[i]))
  assert.equal(lines.length, others.length)
}

/** Tasks whose rows are there for good. */
function partsIn(work: string): number {
  if (!existsSync(work)) return 0
  return readdirSync(work, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet') && !name.includes('_temporary')).length
}

/** Lines that whoever decodes them, or ends them at more than newlines, counts otherwise. */
function hostileLines(): Uint8Array {
  const lines: number[] = [0xef, 0xbb, 0xbf]
  const add = (...pieces: (string | number)[]) => {
    for (const piece of pieces) {
      lines.push(...(typeof piece === 'string' ? new TextEncoder().encode(piece) : [piece]))
    }
  }
  for (let i = 0; i < 500; i++) {
    const end = `","ts":${1468244384 + i * 7}}`
    add('{"uid":"', 0x80 + i % 128, 0xff, end, '\n')
    add(`{"uid":"line\u2028${i}\u0085${end}\r\n`)
    add(`{"uid":"a${i}${end}\r{"uid":"b${i}${end}\n`, '\n')
    add(`{"uid":"c${i}\0${end}\n{"uid":"long${'x'.repeat(i)}${end}\n`)
  }
  add('{"uid":"last","ts":1468244384}')
  return Uint8Array.from(lines)
}
