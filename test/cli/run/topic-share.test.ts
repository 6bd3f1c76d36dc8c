/** A share that is lost while its state is read: what its next owner has changed is no failure of ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Admin } from 'kafkajs'
import { type ShareParts, TopicShare } from '../../../src/cli/run/topic-share.ts'
import { UcError } from '../../../src/errors.ts'
import { Ledger } from '../../../src/ledger.ts'

type Out = { readonly type: 'out' }

/** Its group has stored an offset with a state, and the topic holds none. */
function share(confirm: () => Promise<void>): TopicShare<Out> {
  const metadata = JSON.stringify({ uc: 2, state: 's' })
  const partitions = [{ partition: 0, offset: '5', metadata }]
  const admin = { fetchOffsets: () => Promise.resolve([{ topic: 't', partitions }]) }
  const state = {
    topic: 's',
    commitEveryMs: 1000,
    closes: false,
    flags: new Map(),
    defaults: new Map(),
  }
  const parts: Partial<ShareParts<Out>> = {
    read: { topic: 't', group: 'g', startAt: 'stored', stopAt: 'never', state },
    partition: 0,
    isOfOne: true,
    kafka: { admin: admin as unknown as Admin, kafka: undefined!, say() {} },
    ledger: new Ledger(),
    newStages: () => ({
      stage: { name: 'none', push() {}, end() {}, stop() {} },
      openWindows: () => 0,
      held: () => ({ windows: 0, exactBytes: 0, sketchBytes: 0 }),
      lines: undefined,
      take() {},
    }),
    confirm,
  }
  return new TopicShare<Out>(parts as ShareParts<Out>)
}

test('lost meanwhile, it is given up', async () => {
  const lost: TopicShare<Out> = share(() => Promise.resolve(lost.giveUp()))
  assert.equal(await lost.end('stored'), undefined)
})

test('ours, it is refused', async () => {
  await assert.rejects(share(() => Promise.resolve()).end('stored'), (error) => {
    return error instanceof UcError && /holds none/.test(error.message)
  })
})
