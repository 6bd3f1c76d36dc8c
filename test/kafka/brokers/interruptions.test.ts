/** For how long work is begun anew that brokers interrupt, and what is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interruptions } from '../../../src/kafka/brokers/interruptions.ts'

const cause = new Error('no broker')

function set() {
  const said: string[] = []
  let nowMs = 0
  const interruptions = new Interruptions({
    say: (text) => said.push(text),
    now: () => nowMs,
    pause: (ms) => Promise.resolve(nowMs += ms),
  })
  const pass = (ms: number) => void (nowMs += ms)
  return { interruptions, said, pass }
}

test('it is told once, tried again, and given up when it has lasted for two minutes', async () => {
  const { interruptions, said, pass } = set()
  await interruptions.wait(cause)
  for (let i = 0; i < 2; i++) {
    pass(50_000)
    await interruptions.wait(cause)
  }
  assert.equal(said.length, 1)
  pass(50_000)
  await assert.rejects(interruptions.wait(cause), /no broker/)
})

test('one that comes long after another is another', async () => {
  const { interruptions, said, pass } = set()
  await interruptions.wait(cause)
  pass(86_400_000)
  await interruptions.wait(cause)
  assert.equal(said.length, 2)
})

test('so is one that comes after the work has come on', async () => {
  const { interruptions, said, pass } = set()
  for (let i = 0; i < 5; i++) {
    await interruptions.wait(cause)
    pass(50_000)
    interruptions.over()
  }
  assert.equal(said.length, 5)
})
