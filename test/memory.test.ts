/**
 * Whole processes where memory is short: each ends with a sentence that says what helps, prints what
 * it has, and has never taken more than it may, but for a tolerance of 64 MiB.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { shell } from './support/shell.ts'

const toleranceMiB = 64

/** Many windows of one user; one window of many users. */
const minutes = `awk 'BEGIN { while (i++ < 300000) print "{\\"uid\\":1,\\"ts\\":" i * 60 "}" }'`
const users = `awk 'BEGIN { while (i++ < 2000000) print "{\\"uid\\":" i ",\\"ts\\":60}" }'`

describe('where memory is short', () => {
  let cwd: string
  let environment: Readonly<Record<string, string>>

  before(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'uc-memory-'))
    // The most that the process ever had, as the kernel says at its end
    const preload = join(cwd, 'peak.mjs')
    writeFileSync(
      preload,
      `import { appendFileSync } from 'node:fs'
      import { isMainThread } from 'node:worker_threads'
      if (isMainThread) process.on('exit', () => {
        const command = process.argv[1].split('/').pop()
        const { maxRSS } = process.resourceUsage()
        appendFileSync('peaks', command + ' ' + Math.round(maxRSS / 1024) + '\\n')
      })`,
    )
    environment = { NODE_OPTIONS: `--import ${pathToFileURL(preload)}` }
    await shell(`${minutes} > minutes; ${users} > users`, { cwd })
    await shell('uc-pipeline --sketch minutes > lines', { cwd })
  })
  after(() => rmSync(cwd, { recursive: true }))

  async function run(script: string) {
    rmSync(join(cwd, 'peaks'), { force: true })
    const result = await shell(script, { cwd, environment })
    const peaks = new Map(
      readFileSync(join(cwd, 'peaks'), 'utf8').trim().split('\n').map((line) => {
        const [command = '', mebibytes] = line.split(' ')
        return [command, Number(mebibytes)]
      }),
    )
    return { ...result, peaks }
  }

  const manyWindows = /[\d,]+ windows are open: use longer ones, /
  const manyUsers = /the users in 1 windows have taken it: use a lower --exact-limit, --method hll/

  for (
    const [command, script, advice] of [
      ['uc-pipeline', 'uc-pipeline --order none --max-memory LIMIT minutes', manyWindows],
      [
        'uc-pipeline',
        'uc-pipeline --order none --threads 2 --max-memory LIMIT minutes',
        manyWindows,
      ],
      [
        'uc-count',
        'uc-extract minutes | uc-window --order none | uc-count --max-memory LIMIT',
        manyWindows,
      ],
      ['uc-pipeline', 'uc-pipeline --max-memory LIMIT --method exact users', manyUsers],
      ['uc-merge', 'uc-merge --order none --max-memory LIMIT lines', /leave out --order none/],
    ] as const
  ) {
    test(`ends with advice below --max-memory: ${script}`, async () => {
      const limitMiB = script.includes('users')
        ? 100
        : script.includes('threads')
        ? 180
        : script.includes('merge')
        ? 250 // enough windows that printing them would show
        : 140
      const { stdout, stderr, status, peaks } = await run(
        script.replace('LIMIT', `${limitMiB}MiB`),
      )
      assert.match(stderr, new RegExp(`${command}: memory: \\d+ MiB in use.*allows ${limitMiB}; `))
      assert.match(stderr, advice)
      assert.doesNotMatch(stderr, /bug/)
      assert.match(stdout, /"pane":"early".*}\n$/)
      assert.equal(status, 1)
      const peak = peaks.get(command)!
      assert.ok(peak <= limitMiB + toleranceMiB, `${peak} MiB, where ${limitMiB} are allowed`)
    })
  }

  test('uc-merge gathers 300,000 windows in a kilobyte each, and unites them in the same', async () => {
    const { stdout, stderr, peaks } = await run(
      'uc-merge --order none --max-memory 400MiB lines | cmp lines',
    )
    assert.equal(stdout + stderr, '')
    assert.ok(peaks.get('uc-merge')! <= 400 + toleranceMiB, `${peaks.get('uc-merge')} MiB`)
  })

  test('WebAssembly that finds no addresses for its memory leaves the work to its twin', async () => {
    const commands = [
      'head -9999 minutes | uc-pipeline',
      'head -9999 minutes | uc-extract | uc-window | uc-count',
    ]
    for (const command of commands) {
      const expected = await shell(command, { cwd })
      const result = await shell(`ulimit -v 3000000; ${command}`, { cwd })
      assert.deepEqual(result, expected, command)
    }
  })

  test('addresses that ulimit -v allows are used up with a sentence', async () => {
    const more = minutes.replace('300000', '700000')
    const script = `${more} | (ulimit -v 1500000; uc-pipeline --order none)`
    const { stdout, stderr, status } = await shell(script, { cwd })
    assert.match(stderr, /^uc-pipeline: memory: \d+ MiB in use, .* ulimit -v allows are taken; /)
    assert.match(stdout, /"pane":"early"}\n$/)
    assert.equal(status, 1)
  })
})
