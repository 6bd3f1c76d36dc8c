import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Account, ReaderAccount } from '../src/account.ts'
import { Ledger } from '../src/ledger.ts'
import type { Counts } from '../src/records.ts'

function filled(changes: Account = {}, day: Account = { counted: 8, expired: 0 }) {
  const ledger = new Ledger()
  ledger.open({ lines: 10, malformed: 2, frames: 8, accepted: 8, ...changes })
  ledger.open({ kind: 'minute', counted: 5, expired: 3 })
  ledger.open({ kind: 'day', ...day })
  return ledger
}

/** Behind a command whose end line has these counts. */
function joined(own: Account, counts: Counts) {
  const ledger = new Ledger()
  ledger.open(Object.assign(new ReaderAccount(), own)).join(counts)
  return ledger
}

test('accounts in which everything is found again balance', () => {
  assert.equal(filled().imbalance(), undefined)
  assert.equal(new Ledger().imbalance(), undefined)
})

for (
  const [changes, words] of [
    [{ lines: 11 }, '11 lines are not 2 malformed + 8 frames'],
    [{ malformed: 1 }, '10 lines are not 1 malformed + 8 frames'],
    [{ accepted: 7 }, '8 frames are not 7 accepted + 0 quarantined + 0 out of range'],
  ] as const
) {
  test(`a sum that does not hold is named: ${words}`, () => {
    assert.equal(filled(changes).imbalance(), words)
  })
}

test('a frame lost in one kind of window is named by the kind', () => {
  const ledger = filled({}, { counted: 6, expired: 1 })
  assert.equal(ledger.imbalance(), 'day: 8 accepted are not 6 counted + 1 expired')
})

test('kinds that nobody has counted yet are not held to a sum', () => {
  const ledger = filled({}, { expired: 1 })
  assert.equal(ledger.imbalance(), undefined)
})

test('a command without windows is not held to accepted frames', () => {
  const ledger = new Ledger()
  ledger.open({ lines: 3, frames: 3 })
  assert.equal(ledger.imbalance(), undefined)
  assert.deepEqual(ledger.counts(), { lines: 3, malformed: 0, frames: 3 })
})

test('what the command before refused is joined, and lines that did not arrive are missing', () => {
  const ledger = joined({ lines: 6, frames: 6 }, { lines: 10, malformed: 3, frames: 7 })
  assert.deepEqual(ledger.counts(), { lines: 9, malformed: 3, frames: 6 })
  assert.equal(ledger.total.missing, 1)
  assert.equal(ledger.imbalance(), undefined)
})

test('quarantined frames of the command before are frames that were found again', () => {
  const counts = { lines: 9, malformed: 1, frames: 8, accepted: 6, quarantined: 2 }
  const ledger = joined({ lines: 5, frames: 5, accepted: 5 }, counts)
  assert.equal(ledger.total.missing, 1)
  assert.equal(ledger.imbalance(), undefined)
  const { lines, frames, quarantined } = ledger.counts()
  assert.deepEqual({ lines, frames, quarantined }, { lines: 8, frames: 7, quarantined: 2 })
})

test('the counts keep the order of the kinds', () => {
  assert.equal(
    JSON.stringify(filled()),
    '{"lines":10,"malformed":2,"frames":8,"accepted":8,"quarantined":0,"outOfRange":0,' +
      '"windows":{"minute":{"counted":5,"expired":3},"day":{"counted":8,"expired":0}}}',
  )
})

test('users that are not UTF-8 are those of the whole pipe, and those that got lost in it are known', () => {
  const counts = { lines: 9, malformed: 1, frames: 8, accepted: 5, quarantined: 3, outOfRange: 0 }
  const own = { lines: 5, frames: 5, accepted: 5, notUtf8: 3 }
  const ledger = joined(own, { ...counts, notUtf8: 6, windows: {} })
  assert.equal(ledger.counts().notUtf8, 6)
  assert.equal(ledger.total.dueNotUtf8, 3) // three of the six may have been quarantined
  assert.equal(new Ledger().counts().notUtf8, undefined)
})

test('what the command before has left out on purpose is found again, and is not missing', () => {
  const own = { lines: 5, frames: 5, accepted: 5, notUtf8: 1 }
  const counts = { lines: 9, malformed: 1, frames: 8, notUtf8: 2, leftOut: 3 }
  const ledger = joined(own, counts)
  assert.equal(ledger.total.missing, 0)
  assert.equal(ledger.total.dueNotUtf8, 0) // both may have been left out
  assert.equal(ledger.imbalance(), undefined)
  const { lines, frames, leftOut, accepted } = ledger.counts()
  assert.deepEqual({ lines, frames, leftOut, accepted }, {
    lines: 9,
    frames: 8,
    leftOut: 3,
    accepted: 5,
  })
})

test('a run that begins anew has the accounts of its new stages, and those before keep theirs', () => {
  const ledger = new Ledger()
  const before = ledger.open({ lines: 3, frames: 3, accepted: 2, latestMs: 7 })
  ledger.beginAnew()
  const account = ledger.open({ lines: 1, frames: 1 })
  before.lines++
  account.lines++
  account.frames++
  assert.deepEqual(ledger.counts(), { lines: 2, malformed: 0, frames: 2 })
  assert.equal(ledger.total.accepted, undefined)
  assert.equal(before.lines, 4)
})
