/** Spark reads our sketches and unites them with its own, where UC_PYTHON names a Python with pyspark. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ResultLine } from '../../src/records.ts'
import { withFolder } from '../support/folder.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import { missingPackage, python } from '../support/sketches.ts'

interface SparkSays {
  readonly estimates: readonly number[]
  readonly union: number
  readonly own: number
  readonly both: number
}

test('Spark estimates, unites and goes on with our sketches', {
  skip: missingPackage('pyspark') ?? false,
}, async () => {
  await withFolder(async (cwd) => {
    const { status } = await shell(
      'uc-generate -c 300000 -n 100000 -r 1000 --frame-bytes 100 -o frames && ' +
        'uc-pipeline --minute --hour --day --sketch frames > results && ' +
        // Spark reads no frame that has a key twice.
        'uc-extract frames | grep uid > extracted',
      { cwd },
    )
    assert.equal(status, 0)
    const script = join(root, 'test/support/spark.py')
    const said = execFileSync(python, [script, 'results', 'extracted'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const { estimates, union, own, both } = JSON.parse(said.trim()) as SparkSays

    const lines = readFileSync(join(cwd, 'results'), 'utf8').trim().split('\n')
      .map((line) => JSON.parse(line) as ResultLine)
      .sort((a, b) => a.window.localeCompare(b.window) || a.start - b.start)
    assert.equal(estimates.length, lines.length)
    lines.forEach(({ users }, i) => assertNear(estimates[i]!, users))
    assert.equal(both, union)
    for (const each of [union, own]) {
      assertNear(each, lines.find(({ window }) => window === 'day')!.users)
    }
  })
})

/** Within four standard errors of 2^14 registers. */
function assertNear(estimate: number, users: number): void {
  assert.ok(Math.abs(estimate / users - 1) < 4 * 0.0082, `${estimate}, where ${users} are`)
}
