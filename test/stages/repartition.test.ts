/**
 * A topic that is keyed by user gets another partition while it is counted: every line that comes out
 * has the true number of users, and only windows around that moment are refused.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chain } from '../../src/chain.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { partialLine } from '../../src/ndjson/partial.ts'
import { partialMarkLine } from '../../src/ndjson/partial-mark.ts'
import { type Reject, type ResultLine, windowKey } from '../../src/records.ts'
import { countStage } from '../../src/stages/count.ts'
import { type PartialsStage, partialsStage } from '../../src/stages/partials.ts'
import { uniteStage } from '../../src/stages/unite.ts'
import { windowStage } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { type Frame, frameBatch } from '../support/frame-batches.ts'
import { KeptState } from '../support/kept-state.ts'
import { seed, seedHint } from '../support/seed.ts'

const minuteMs = 60_000
const kinds = calendar({ windows: ['minute', '5m'], zone: utc, weekStart: 'monday' })
const latenessMs = [60 * minuteMs, 60 * minuteMs]
const times = { calendar: kinds, latenessMs, maxDelayMs: 30_000, maxJumpMs: undefined }
const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })
const startMs = Date.UTC(2016, 6, 11)
const steps = 400
const stepMs = 10_000
const encoder = new TextEncoder()

/** When the broker has one more, who writes knows it, and who reads does, in steps. */
interface Change {
  readonly topic: number
  readonly writer: number
  readonly reader: number
  /** Whether the new partition is told of as idle until its first frame. */
  readonly isIdle: boolean
  /** So many steps the other partitions are behind then, while the new one is read at once. */
  readonly lag: number
}

interface Run {
  readonly last: ReadonlyMap<string, ResultLine>
  readonly truth: ReadonlyMap<string, { readonly users: Set<string>; frames: number }>
  /** By the window. */
  readonly rejects: ReadonlyMap<string, Reject>
}

function newUnited() {
  const ledger = new Ledger()
  const options = { calendar: kinds, latenessMs, newCounter, isDisjoint: true }
  return uniteStage({
    newCount: () => {
      const counts = countStage({ ...options, ledger })
      return { counts, calendar: kinds, isDisjoint: true, breakdowns: [] }
    },
    ledger,
    say: assert.fail,
  })
}

/** Of a partition. */
class Side {
  readonly source: number
  readonly stage: ReturnType<typeof chain>
  readonly partials: PartialsStage
  readonly queue: string[] = []
  #next = 0

  constructor(source: number) {
    this.source = source
    const ledger = new Ledger()
    const options = { calendar: kinds, latenessMs, newCounter, isDisjoint: true }
    this.partials = partialsStage({ ...options, ledger })
    this.stage = chain(windowStage({ ...times, showsRaw: false, ledger }), this.partials)
  }

  pass(of: number): void {
    const { source } = this
    const range = { from: this.#next, next: ++this.#next }
    const head = { type: 'partial-head', source, name: `f[${source}]`, of, ...range } as const
    this.queue.push(partialMarkLine({ ...head, plan: '{}' }))
    this.partials.pass((message) => {
      if (message.type === 'partial') this.queue.push(partialLine(message))
      else if (message.type === 'watermark' || message.type === 'idle') {
        this.queue.push(partialMarkLine(message))
      }
    })
  }
}

function run(random: Random, change: Change, cut: number): Run {
  const last = new Map<string, ResultLine>()
  const truth = new Map<string, { users: Set<string>; frames: number }>()
  const rejects = new Map<string, Reject>()
  const kept = new KeptState()
  let united = newUnited()
  const sides = [0, 1, 2].map((source) => new Side(source))
  /** What nobody reads yet. */
  const unread: Frame[][] = [[], [], [], []]

  const show: Parameters<typeof united.push>[1] = (message) => {
    if (message.type === 'result') {
      const key = windowKey(message.line)
      assert.ok(!rejects.has(key), `a line of ${key}, which was refused`)
      last.set(key, message.line)
    } else if (message.type === 'reject') {
      assert.equal(message.reason, 'repartitioned')
      const key = (message.content() as { raw: string }).raw
      assert.ok(!rejects.has(key), `${key} was refused twice`)
      rejects.set(key, message)
    }
  }

  function deliver({ queue }: Side, count = queue.length): void {
    for (const line of queue.splice(0, count)) {
      if (happens(random, cut)) {
        kept.save(united)
        united = newUnited()
        united.load!(kept.shuffled(random))
      }
      united.push({ type: 'lines', source: 0, lines: encoder.encode(line) }, show)
    }
  }

  function frameAt(step: number): Frame {
    const of = step >= change.writer ? 4 : 3
    const user = below(random, 200)
    const lateMs = happens(random, 5) ? below(random, 10 * minuteMs) : below(random, 20_000)
    const tsMs = startMs + step * stepMs + stepMs - lateMs
    const frame = { source: (user * 7 + 3) % of, uid: `u${user}`, tsMs }
    for (const kind of kinds.kinds) {
      const key = windowKey({ window: kind.name, start: kind.spanAt(tsMs).startMs / 1000 })
      const known = truth.get(key) ?? { users: new Set<string>(), frames: 0 }
      truth.set(key, known)
      known.users.add(frame.uid)
      known.frames++
    }
    return frame
  }

  for (let step = 0; step < steps; step++) {
    const of = step >= change.topic ? 4 : 3
    if (step === change.reader) {
      sides.push(new Side(3))
      if (change.isIdle) sides[3]!.stage.push({ type: 'idle', source: 3 }, () => {})
    }
    for (let n = 0; n < 30; n++) {
      const frame = frameAt(step)
      unread[frame.source]!.push(frame)
    }
    for (const side of [...sides].sort((a, b) => b.source - a.source)) {
      const isAway = side.source < 3 && step >= change.topic - change.lag && step < change.topic + 3
      const most = isAway ? 0 : change.lag > 0 && side.source < 3 ? 20 : Infinity
      const frames = unread[side.source]!.splice(0, most)
      if (frames.length > 0) side.stage.push(frameBatch(frames), () => {})
      const isSoon = change.isIdle && step >= change.writer && side.source === 3
      if (isSoon || happens(random, 60)) side.pass(of)
      if (isSoon || happens(random, 60)) deliver(side, isSoon ? undefined : below(random, 40))
    }
  }
  for (const side of sides) {
    const frames = unread[side.source]!
    if (frames.length > 0) side.stage.push(frameBatch(frames), () => {})
    side.pass(4)
    deliver(side)
  }
  united.end(show)
  return { last, truth, rejects }
}

/** Lines are true, and windows at least so far from the change are there. */
function check({ last, truth, rejects }: Run, change: Change, hint: string): void {
  for (const [key, { users, frames }] of truth) {
    const line = last.get(key)
    const [, start] = key.split('/').map(Number)
    const stepsBefore = change.topic - (start! * 1000 - startMs) / stepMs
    const known = Math.max(change.writer, change.reader)
    const stepsBehind = (start! * 1000 - startMs) / stepMs - known
    if (rejects.has(key)) {
      assert.ok(stepsBefore < 150 + change.lag && stepsBehind < 20, `${key} was refused; ${hint}`)
      continue
    }
    const found = { users: line?.users, frames: line?.frames }
    assert.deepEqual(found, { users: users.size, frames }, `${key}; ${hint}`)
  }
}

const changes = {
  'who writes knows it at once': () => ({ topic: 200, writer: 200, lag: 0 }),
  'what is read was written before': (random: Random) => {
    return { topic: 200, writer: 200, lag: 20 + below(random, 60) }
  },
  'who writes learns it later': (random: Random) => ({
    topic: 200,
    writer: 200 + below(random, 60),
    lag: 0,
  }),
} as const

for (const [name, draw] of Object.entries(changes)) {
  test(`20 random topics that get a partition: lines are true where ${name}`, () => {
    const seen = { open: 0, closed: 0, rejects: 0 }
    for (let i = 0; i < 20; i++) {
      const random = seededRandom(seed + i)
      const drawn = draw(random)
      const isIdle = drawn.lag === 0 && happens(random, 50)
      const delay = isIdle ? below(random, drawn.writer - drawn.topic + 1) : below(random, 10)
      const change = { ...drawn, reader: drawn.topic + delay, isIdle }
      const found = run(random, change, pick(random, [0, 2]))
      check(found, change, `topic ${i}, ${JSON.stringify(change)}; ${seedHint}`)
      seen.rejects += found.rejects.size
      for (const key of found.rejects.keys()) found.last.has(key) ? seen.closed++ : seen.open++
    }
    assert.ok(Object.values(seen).every((count) => count > 20), JSON.stringify(seen))
  })
}

const one = { users: 1, low: 1, high: 1, method: 'exact', error: 0 } as const

function headLine(source: number, of: number, from: number): string {
  const range = { name: `f[${source}]`, of, from, next: from + 1, plan: '{}' }
  return partialMarkLine({ type: 'partial-head', source, ...range })
}

function paneLine(source: number, startMs: number): string {
  return partialLine({ type: 'partial', source, kind: '5m', startMs, frames: 1, users: one })
}

function watermarkLine(source: number, watermarkMs: number): string {
  return partialMarkLine({ type: 'watermark', source, watermarkMs })
}

/** Windows with a line, and what is refused where. */
function shownOf(lines: readonly string[]): string[] {
  const found: string[] = []
  const united = newUnited()
  united.push({ type: 'source', source: 0, name: 'p[0]', line: 0 }, () => {})
  united.push({ type: 'lines', source: 0, lines: encoder.encode(lines.join('')) }, (message) => {
    if (message.type === 'result') found.push(windowKey(message.line))
    else if (message.type === 'reject') found.push(`${message.line}: ${message.detail}`)
  })
  return found
}

function refusedAt(line: number, startMs: number): string {
  return `${line}: 5m/${startMs / 1000}: its frames were keyed to 2 partitions and to 3, so that ` +
    'users may be in two of them; no further line of it is written, count it without --disjoint'
}

const [first, second, third] = [0, 5, 10].map((minutes) => startMs + minutes * minuteMs) as [
  number,
  number,
  number,
]
const over = [0, 1, 2].map((source) => watermarkLine(source, third + 70 * minuteMs))

test('a window that is open when there are more partitions is refused, with its reason', () => {
  const lines = [
    ...[headLine(0, 2, 0), paneLine(0, first), paneLine(0, second), watermarkLine(0, second)],
    ...[headLine(1, 2, 0), watermarkLine(1, second)],
    headLine(1, 3, 1),
    ...[headLine(2, 3, 0), paneLine(2, third)],
    ...over,
  ]
  assert.deepEqual(shownOf(lines), [
    `5m/${first / 1000}`,
    refusedAt(7, second),
    refusedAt(9, third),
  ])
})

test('so is one that is open when a new partition has its first frame', () => {
  const lines = [
    ...[headLine(0, 2, 0), headLine(1, 2, 0), headLine(1, 3, 1), paneLine(1, second)],
    ...[headLine(2, 3, 0), paneLine(2, third), watermarkLine(2, third)],
    ...[headLine(0, 3, 1), paneLine(0, first), paneLine(0, third + 5 * minuteMs)],
    ...over,
  ]
  assert.deepEqual(shownOf(lines), [
    refusedAt(6, third),
    refusedAt(7, second),
    refusedAt(9, first),
    `5m/${third / 1000 + 300}`,
  ])
})

test('a pane that is not counted as the plan says is malformed', () => {
  const united = newUnited()
  const head = { type: 'partial-head', source: 0, name: 'f[0]', of: 1, from: 0, next: 1 } as const
  const pane = { type: 'partial', source: 0, kind: '5m', startMs, frames: 1 } as const
  const text = partialMarkLine({ ...head, plan: '{}' }) +
    partialLine({ ...pane, users: Uint32Array.of(1, 2) })
  const details: string[] = []
  united.push({ type: 'lines', source: 0, lines: encoder.encode(text) }, (message) => {
    if (message.type === 'reject') details.push(message.detail)
  })
  assert.deepEqual(details, ['expected "disjoint", as the plan says'])
})
