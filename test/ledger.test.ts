import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../src/ledger.ts'

function filled(
  changes: Partial<Pick<Ledger, 'lines' | 'malformed' | 'frames' | 'accepted'>> = {},
) {
  const ledger = new Ledger()
  Object.assign(ledger, { lines: 10, malformed: 2, frames: 8, accepted: 8, ...changes })
  ledger.windows.set('minute', { counted: 5, expired: 3 })
  ledger.windows.set('day', { counted: 8, expired: 0 })
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
  const ledger = filled()
  ledger.windows.set('day', { counted: 6, expired: 1 })
  assert.equal(ledger.imbalance(), 'day: 8 accepted are not 6 counted + 1 expired')
})

test('kinds that nobody has counted yet are not held to a sum', () => {
  const ledger = filled()
  ledger.windows.set('day', { expired: 1 })
  assert.equal(ledger.imbalance(), undefined)
})

test('a command without windows is not held to accepted frames', () => {
  const ledger = new Ledger()
  ledger.lines = 3
  ledger.frames = 3
  assert.equal(ledger.imbalance(), undefined)
  assert.deepEqual(ledger.counts(), { lines: 3, malformed: 0, frames: 3 })
})

test('what the command before refused is joined, and lines that did not arrive are missing', () => {
  const ledger = new Ledger()
  ledger.lines = 6
  ledger.frames = 6
  ledger.join({ lines: 10, malformed: 3, frames: 7 })
  const { lines, malformed, frames, missing } = ledger
  assert.deepEqual({ lines, malformed, frames, missing }, {
    lines: 9,
    malformed: 3,
    frames: 6,
    missing: 1,
  })
  assert.equal(ledger.imbalance(), undefined)
})

test('quarantined frames of the command before are frames that were found again', () => {
  const ledger = new Ledger()
  ledger.lines = ledger.frames = ledger.accepted = 5
  ledger.join({ lines: 9, malformed: 1, frames: 8, accepted: 6, quarantined: 2 })
  assert.equal(ledger.missing, 1)
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
  const ledger = new Ledger()
  Object.assign(ledger, { lines: 5, frames: 5, accepted: 5, notUtf8: 3 })
  const counts = { lines: 9, malformed: 1, frames: 8, accepted: 5, quarantined: 3, outOfRange: 0 }
  ledger.join({ ...counts, notUtf8: 6, windows: {} })
  assert.equal(ledger.counts().notUtf8, 6)
  assert.equal(ledger.dueNotUtf8, 3) // three of the six may have been quarantined
  assert.equal(new Ledger().counts().notUtf8, undefined)
})
