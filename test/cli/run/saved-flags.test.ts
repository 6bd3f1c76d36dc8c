import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SavedFlags } from '../../../src/cli/run/saved-flags.ts'
import type { StateRecord } from '../../../src/state/kept.ts'

function plan(flags: Record<string, string>, defaults: Record<string, string> = {}) {
  return {
    where: 's',
    flags: new Map(Object.entries(flags)),
    defaults: new Map(Object.entries(defaults)),
  }
}

function saved(flags: Record<string, string>): readonly StateRecord[] {
  const records: StateRecord[] = []
  new SavedFlags(plan(flags)).save((key, value) => records.push([key, value!]))
  return records
}

const before = { '--tz': '"UTC"' }
const defaults = { '--tz': '"UTC"', '--decade': 'false' }

test('a flag that the saved run did not know had its default there', () => {
  new SavedFlags(plan({ ...before, '--decade': 'false' }, defaults)).load(saved(before))
})

test('and any other value of it is refused', () => {
  const now = new SavedFlags(plan({ ...before, '--decade': 'true' }, defaults))
  assert.throws(
    () => now.load(saved(before)),
    /the state in s was saved with --decade false \(here true\); use/,
  )
})

test('a flag that is not known any more is refused', () => {
  const now = new SavedFlags(plan({}, {}))
  assert.throws(() => now.load(saved(before)), /saved with --tz "UTC" \(here none\); use/)
})

test('all that differ are named', () => {
  const now = new SavedFlags(plan({ '--tz': '"UTC"', '--day': 'on', '--lateness': '1h' }))
  const then = saved({ '--tz': '"UTC"', '--day': 'off', '--max-delay': '5s' })
  assert.throws(
    () => now.load(then),
    /saved with --day off \(here on\), --max-delay 5s \(here none\), --lateness none \(here 1h\); use/,
  )
})
