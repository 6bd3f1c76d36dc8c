/** Threads themselves: how they die, and that they wait. On Deno this file runs by on-deno.test.ts. */
import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { identityOf } from '../../../src/io/identity.ts'
import type { Reply, ThreadSettings, ToThread } from '../../../src/io/threads/messages.ts'
import { Threads } from '../../../src/io/threads/threads.ts'
import type { KernelOptions } from '../../../src/kernel/kernel.ts'
import { bytesOf } from '../../../src/kernel/scanned-lines.ts'
import { withFolder } from '../../support/folder.ts'
import { usualKeys } from '../../support/keys.ts'

const kernel: KernelOptions = { ...usualKeys, tsUnit: 's', maxLineBytes: 1000 }
const patienceMs = 60_000

test('a thread that dies fails its pieces, and those that it is given later', async () => {
  const broken = { ...kernel, uidKeys: undefined as unknown as KernelOptions['uidKeys'] }
  const threads = new Threads({ count: 1, kernel: broken, keepsFrames: false })
  const pieces = [1, 2, 3].map(() => threads.scan({ name: 'frames' }))
  const expected = { code: 'failed', message: /^a thread has died: .*; --threads 1 does without$/s }
  for (const replies of pieces) await assert.rejects(() => replies.next(), expected)
  await assert.rejects(() => threads.scan({ name: 'frames' }).next(), expected)
  threads.end()
})

test('a thread waits when much of what it has sent is not taken', async (t) => {
  await withFolder(async (folder) => {
    const name = join(folder, 'frames.gz')
    const frames = 2_000_000
    writeFileSync(name, gzipSync('{"uid":1,"ts":1}\n'.repeat(frames), { level: 1 }))
    const workerData: ThreadSettings = { kernel, keepsFrames: false, compiled: undefined }
    const thread = new Worker(new URL('../../../src/io/threads/thread.js', import.meta.url), {
      workerData,
    })
    t.after(() => thread.terminate())
    const replies: Reply[] = []
    let taken = 0
    thread.on('message', (reply: Reply) => replies.push(reply))
    thread.postMessage({ name } satisfies ToThread)

    await waits(() => replies.reduce((sum, { lines }) => sum + lines.count * 28, 0))

    while (replies.at(-1)?.end === undefined) {
      for (; taken < replies.length; taken++) {
        thread.postMessage({ taken: new ArrayBuffer(0) } satisfies ToThread)
      }
      await sleep(5)
    }
    assert.equal(replies.reduce((sum, { lines }) => sum + lines.count, 0), frames)
  })
})

test('a thread waits in the middle of a plain file too, where most of it is refused', async (t) => {
  await withFolder(async (folder) => {
    const name = join(folder, 'frames')
    const lines = 2_000_000
    writeFileSync(name, 'x\n'.repeat(lines))
    const identity = identityOf(statSync(name))
    const workerData: ThreadSettings = { kernel, keepsFrames: false, compiled: undefined }
    const thread = new Worker(new URL('../../../src/io/threads/thread.js', import.meta.url), {
      workerData,
    })
    t.after(() => thread.terminate())
    const replies: Reply[] = []
    thread.on('message', (reply: Reply) => replies.push(reply))
    const range = { from: 0, to: 2 * lines, fileBytes: 2 * lines, identity }
    thread.postMessage({ name, range } satisfies ToThread)

    await waits(() => replies.reduce((sum, { lines }) => sum + bytesOf(lines), 0))

    let taken = 0
    while (replies.at(-1)?.end === undefined) {
      for (; taken < replies.length; taken++) {
        thread.postMessage({ taken: new ArrayBuffer(0) } satisfies ToThread)
      }
      await sleep(5)
    }
    assert.equal(replies.reduce((sum, { lines }) => sum + lines.refused.count, 0), lines)
  })
})

test('the main thread too stops in a piece of its own while what it found is not taken', async () => {
  await withFolder(async (folder) => {
    const name = join(folder, 'frames')
    const lines = 1_000_000
    writeFileSync(name, 'x\n'.repeat(lines))
    const range = {
      from: 0,
      to: 2 * lines,
      fileBytes: 2 * lines,
      identity: identityOf(statSync(name)),
    }
    const threads = new Threads({ count: 1, kernel, keepsFrames: false })
    let refused = 0
    for await (const reply of threads.scan({ name, range })) {
      assert.ok(bytesOf(reply.lines) < 8 * 2 ** 20, `${bytesOf(reply.lines)} bytes at once`)
      refused += reply.lines.refused.count
    }
    assert.equal(refused, lines)
    threads.end()
  })
})

/** Waits until so much has been sent that the thread is to wait; then no more than a bit may come. */
async function waits(sentBytes: () => number): Promise<void> {
  for (let waitedMs = 0; sentBytes() <= 8 * 2 ** 20; waitedMs += 10) {
    if (waitedMs > patienceMs) throw new Error(`only ${sentBytes()} bytes were sent`)
    await sleep(10)
  }
  await sleep(500)
  assert.ok(sentBytes() < 14 * 2 ** 20, `${sentBytes()} bytes were sent`)
}
