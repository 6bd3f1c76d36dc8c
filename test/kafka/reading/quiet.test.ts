/** When it is told that brokers do not answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Quiet } from '../../../src/kafka/reading/quiet.ts'

test('they are told of once when they have been missed for ten seconds, and when they are back', () => {
  const said: string[] = []
  let isHeard = true
  const quiet = new Quiet({ isHeard: () => isHeard, say: (text) => said.push(text) })
  const seconds = (count: number) => {
    for (let i = 0; i < count; i++) quiet.look()
  }
  try {
    isHeard = false
    seconds(9)
    isHeard = true
    seconds(1)
    isHeard = false
    seconds(9)
    assert.deepEqual(said, [])
    seconds(20)
    assert.deepEqual(said, ['brokers do not answer; waiting for them'])
    isHeard = true
    seconds(3)
    assert.deepEqual(said.slice(1), ['brokers answer again'])
  } finally {
    quiet.close()
  }
})
