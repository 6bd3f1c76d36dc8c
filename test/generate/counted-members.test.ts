import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyMember, type TsForm, writeTs, writeUid } from '../../src/generate/counted-members.ts'
import { seededRandom } from '../../src/generate/random.ts'

const random = seededRandom(1)
const member = emptyMember()

function parsed(): Record<string, unknown> {
  const text = new TextDecoder().decode(member.bytes.subarray(0, member.length - 1))
  assert.equal(member.bytes[member.length - 1], 0x2c)
  return JSON.parse(`{${text}}`) as Record<string, unknown>
}

test('no two users share the first eight digits of their uid', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 50_000; i++) {
    writeUid(member, random, i < 25_000 ? i : 2 ** 31 + i - 25_000, 0x1234)
    const { uid } = parsed()
    assert.match(String(uid), /^[0-9a-f]{19}$/)
    seen.add(String(uid).slice(0, 8))
  }
  assert.equal(seen.size, 50_000)
})

test('uid depends on user and salt alone, however it is spelled', () => {
  const spellings = new Set<string>()
  const uids = new Set<unknown>()
  for (let i = 0; i < 20_000; i++) {
    writeUid(member, random, 4_294_967_295, 7)
    spellings.add(new TextDecoder().decode(member.bytes.subarray(0, member.length)))
    uids.add(parsed()['uid'])
  }
  assert.equal(uids.size, 1)
  assert.equal(spellings.size, 4)
})

test('ts means the same second in every spelling', () => {
  const forms: readonly TsForm[] = ['whole', 'string', 'millis', 'long', 'power']
  for (const seconds of [0, 9, 10, 999, 1_468_244_384, 4_294_967_296, 253_402_300_799]) {
    for (const form of forms) {
      writeTs(member, random, seconds * 1000 + 7, form)
      assert.equal(Math.floor(Number(parsed()['ts'])), seconds, form)
    }
  }
})

test('millis and long carry milliseconds, long also nines below them', () => {
  writeTs(member, random, 1_468_244_399_042, 'millis')
  assert.equal(parsed()['ts'], 1_468_244_399.042)
  writeTs(member, random, 1_468_244_399_999, 'long')
  assert.equal(parsed()['ts'], '1468244399.9999999999')
})
