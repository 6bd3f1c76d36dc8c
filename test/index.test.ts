import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { version } from '../src/version.ts'
import {
  calendar,
  chain,
  countStage,
  extractStage,
  Ledger,
  twinKernel,
  uniqueCounter,
  utc,
  windowStage,
} from '../src/index.ts'
import { root } from './support/paths.ts'
import { usualKeys } from './support/keys.ts'

test('a program that imports the stages counts what uc-pipeline counts', () => {
  const ledger = new Ledger()
  const minutes = calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' })
  const keys = { ...usualKeys, tsUnit: 's', maxLineBytes: 1000 } as const
  const late = { maxJumpMs: 3_600_000, latenessMs: [0] }
  const counting = { method: 'auto', exactLimit: 1000, precision: 14 } as const
  const stage = chain(
    extractStage({ kernel: twinKernel(keys), maxLineBytes: 1000, ledger }),
    windowStage({ calendar: minutes, maxDelayMs: 5000, ...late, showsRaw: true, ledger }),
    countStage({
      calendar: minutes,
      latenessMs: [0],
      newCounter: () => uniqueCounter(counting),
      ledger,
    }),
  )
  const lines: unknown[] = []
  const frames = '{"uid":"a","ts":60}\n{"uid":"b","ts":61}\n{"uid":"a","ts":62}\n'
  const emit = (message: { type: string }) => lines.push(message)
  stage.push(new TextEncoder().encode(frames), emit)
  stage.end(emit)
  assert.deepEqual(lines.filter((message) => (message as { type: string }).type === 'result'), [
    {
      type: 'result',
      line: {
        window: 'minute',
        start: 60,
        end: 120,
        time: '1970-01-01T00:01:00Z',
        users: 2,
        low: 2,
        high: 2,
        method: 'exact',
        error: 0,
        frames: 3,
        pane: 'on-time',
        revision: 0,
      },
    },
  ])
  assert.equal(ledger.imbalance(), undefined)
})

test('the version that the commands show is that of the package', () => {
  const { version: ofPackage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.equal(version, ofPackage)
})
