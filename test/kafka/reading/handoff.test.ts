/** From callbacks to a loop: nothing is lost, nothing overtakes, and nobody waits for ever. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { below, happens, seededRandom } from '../../../src/generate/random.ts'
import { Handoff } from '../../../src/kafka/reading/handoff.ts'
import { seed, seedHint } from '../../support/seed.ts'

const random = seededRandom(seed)

async function turns(most: number): Promise<void> {
  for (let left = below(random, most + 1); left > 0; left--) await turn()
}

test(`several putters: all comes, once, each in its order (${seedHint})`, async () => {
  for (let run = 0; run < 200; run++) {
    const handoff = new Handoff<readonly [putter: number, n: number]>()
    const calls: (readonly [number, number])[] = []
    const putters = Array.from({ length: 1 + below(random, 4) }, async (_, putter) => {
      for (let n = below(random, 8); n > 0; n--) {
        await turns(2)
        const value = [putter, n] as const
        calls.push(value)
        const put = handoff.put(value)
        if (happens(random, 50)) await put
      }
    })
    void Promise.all(putters).then(() => handoff.end())
    const seen: (readonly [number, number])[] = []
    for await (const value of handoff.values()) {
      seen.push(value)
      await turns(2)
    }
    assert.deepEqual(seen, calls)
  }
})

test('a value is done with when the loop asks for the next one', async () => {
  const handoff = new Handoff<number>()
  const values = handoff.values()
  let isDone = false
  void handoff.put(1).then(() => isDone = true)
  void handoff.put(2)
  assert.equal((await values.next()).value, 1)
  await turn()
  assert.equal(isDone, false)
  assert.equal((await values.next()).value, 2)
  assert.equal(isDone, true)
})

for (const way of ['close', 'fail'] as const) {
  test(`after ${way} every putter goes on and the loop ends (${seedHint})`, async () => {
    for (let run = 0; run < 200; run++) {
      const handoff = new Handoff<number>()
      const puts = Array.from({ length: 3 }, async (_, i) => {
        await turns(3)
        await handoff.put(i)
      })
      const loop = (async () => {
        let taken = 0
        for await (const _ of handoff.values()) {
          taken++
          await turns(2)
        }
        return taken
      })()
      loop.catch(() => {})
      await turns(5)
      if (way === 'close') handoff.close()
      else handoff.fail(new Error('broken'))
      await Promise.all(puts)
      await handoff.put(9)
      if (way === 'close') assert.ok(await loop <= 3)
      else await assert.rejects(loop, /broken/)
    }
  })
}
