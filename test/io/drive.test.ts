import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Abandoned, type Delivery, type Drive, drive, type Outcome } from '../../src/io/drive.ts'
import { InputError } from '../../src/io/input.ts'
import { ReaderLeft } from '../../src/io/runtime.ts'
import { SignalWatch } from '../../src/io/signals.ts'
import { PipeEnd } from '../../src/ndjson/pipe-end.ts'
import type { EndMark, Header, Reject } from '../../src/records.ts'

interface Told {
  readonly type: 'told'
  readonly text: string
}
type Out = Told | Header | EndMark

const told = (text: string): Told => ({ type: 'told', text })
const header: Header = { type: 'header', version: 1, from: 'extract' }
const end: EndMark = { type: 'end', counts: { lines: 1, malformed: 0, frames: 1 } }
const refusal: Reject = {
  type: 'reject',
  reason: 'malformed',
  detail: 'bad',
  source: 'stdin',
  line: 1,
  content: () => ({ raw: '' }),
}

/** A stage that says what is done to it, and a delivery that keeps what it is given. */
function run(
  input: AsyncIterable<Out | Reject>,
  others: Partial<Drive<Out | Reject, Out>> = {},
  flush: () => Promise<void> = async () => {},
) {
  const taken: string[] = []
  const log: string[] = []
  const signals = new SignalWatch()
  const delivery: Delivery<Out> = {
    take: (message) => taken.push(message.type === 'told' ? message.text : message.type),
    flush,
    discard: () => log.push('discard'),
    close() {
      log.push('close')
      return Promise.resolve()
    },
  }
  const outcome = drive<Out | Reject, Out>({
    input,
    stage: {
      push: (message, emit) => emit(message),
      end: (emit) => emit(told('ended')),
      stop(emit) {
        emit(told('stopped'))
        emit(refusal)
      },
    },
    delivery,
    reject: () => log.push('reject'),
    async keepPace() {},
    check() {},
    ...others,
  }, signals)
  return { outcome, taken, log, signals }
}

async function* given(...messages: (Out | Reject)[]): AsyncGenerator<Out | Reject> {
  yield* messages
}

/** After the messages nothing comes. */
async function* silent(...messages: (Out | Reject)[]): AsyncGenerator<Out | Reject> {
  yield* messages
  await new Promise(() => {})
}

async function interrupted({ outcome, signals }: ReturnType<typeof run>): Promise<Outcome> {
  await sleep(20)
  signals.receive('SIGINT')
  return await outcome
}

test('a whole input is ended, delivered and closed', async () => {
  const { outcome, taken, log } = run(given(told('a'), told('b')))
  assert.deepEqual(await outcome, { isEmpty: false })
  assert.deepEqual(taken, ['a', 'b', 'ended'])
  assert.deepEqual(log, ['close'])
})

test('what is there behind a chunk at once is taken before outputs keep pace', async () => {
  const b = Object.assign(told('b'), { nextNow: () => undefined })
  const a = Object.assign(told('a'), { nextNow: () => b })
  const flushed: number[] = []
  const { outcome, taken } = run(given(a, told('c')), {}, () => {
    flushed.push(taken.length)
    return Promise.resolve()
  })
  await outcome
  assert.deepEqual(taken, ['a', 'b', 'c', 'ended'])
  assert.deepEqual(flushed.slice(0, 2), [2, 3])
})

test('a broken input is stopped: its line is ended, and what is open comes out', async () => {
  async function* broken() {
    yield told('a')
    throw new InputError('a.gz', new Error('cut short'))
  }
  const { outcome, taken } = run(broken(), { lineBreak: told('break') })
  assert.match(String((await outcome).failure), /cut short/)
  assert.deepEqual(taken, ['a', 'break', 'stopped'])
})

test('when the reader has left, nothing more is taken, and what is held is accounted for', async () => {
  const { outcome, taken, log } = run(given(told('a'), told('b')), {}, () => {
    return Promise.reject(new ReaderLeft())
  })
  assert.ok((await outcome).failure instanceof ReaderLeft)
  assert.deepEqual(taken, ['a'])
  assert.deepEqual(log, ['discard', 'reject'])
})

test('the first failure is the one that is told', async () => {
  async function* broken() {
    yield told('a')
    throw new Error('input')
  }
  let flushes = 0
  const { outcome } = run(broken(), {}, () => {
    return ++flushes > 1 ? Promise.reject(new Error('output')) : Promise.resolve()
  })
  assert.match(String((await outcome).failure), /input/)
})

test('a stage that fails is stopped, and its failure told', async () => {
  let isStopped = false
  const { outcome } = run(given(told('a')), {
    stage: {
      push() {
        throw new Error('a bug')
      },
      end() {},
      stop() {
        isStopped = true
      },
    },
  })
  assert.match(String((await outcome).failure), /a bug/)
  assert.ok(isStopped)
})

test("work that is somebody else's is discarded, and shows no early pane", async () => {
  const { outcome, taken, log } = run(given(told('a')), {}, () => Promise.reject(new Abandoned()))
  await assert.rejects(outcome, Abandoned)
  assert.deepEqual(taken, ['a'])
  assert.ok(log.includes('discard') && !log.includes('close'))
})

test('a signal ends a run whose input is silent', async () => {
  const driven = run(silent(told('a')))
  assert.deepEqual(await interrupted(driven), { isEmpty: false, signal: 'SIGINT' })
  assert.deepEqual(driven.taken, ['a', 'stopped'])
  assert.deepEqual(driven.log, ['reject', 'close'])
})

test('in mid-pipe a signal waits for the end line of the command before', async () => {
  async function* feeder() {
    yield header
    await sleep(100)
    yield told('a')
    yield { ...end, signal: 'SIGINT' as const }
  }
  const ending = new PipeEnd({ follows: 'perhaps', isPipe: true })
  const driven = run(feeder(), { ending })
  assert.deepEqual(await interrupted(driven), { isEmpty: false, isHeaded: true, signal: 'SIGINT' })
  assert.deepEqual(driven.taken, ['header', 'a', 'end', 'stopped'])
})

test('a pipe that brings no header for a second after a signal has none of ours before', async () => {
  const ending = new PipeEnd({ follows: 'perhaps', isPipe: true })
  const driven = run(silent(), { ending })
  assert.deepEqual(await interrupted(driven), { isEmpty: true, signal: 'SIGINT' })
})

test('a header without an end line means that its writer died', async () => {
  const ending = new PipeEnd({ follows: 'perhaps', isPipe: true })
  const { outcome, taken } = run(given(header, told('a')), { ending })
  assert.match(String((await outcome).failure), /uc-extract died/)
  assert.deepEqual(taken, ['header', 'a', 'stopped'])
})

test('a signal during a delivery is obeyed behind it', async () => {
  const driven = run(given(told('a'), told('b')), {}, () => sleep(50))
  assert.deepEqual(await interrupted(driven), { isEmpty: false, signal: 'SIGINT' })
  assert.deepEqual(driven.taken, ['a', 'stopped'])
})
