/**
 * Sources that are counted apart, as partial panes, and united: each by stages of its own, with passes
 * at random, through the codec; what one source brings arrives in its order, between what others bring.
 * `inStep`: after each message at once, as the one run sees it that counts all sources.
 */
import assert from 'node:assert/strict'
import { chain } from '../../src/chain.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import { Ledger } from '../../src/ledger.ts'
import { controlLine, isMark, parseControl } from '../../src/ndjson/control.ts'
import { isCounted, partialIn, partialLine } from '../../src/ndjson/partial.ts'
import { type CountOut, type CountStage, countStage } from '../../src/stages/count.ts'
import { type ExtractIn, extractStage } from '../../src/stages/extract.ts'
import { type PartialsOut, type PartialsStage, partialsStage } from '../../src/stages/partials.ts'
import { windowStage } from '../../src/stages/window.ts'
import { type CutInput, maxLineBytes } from './cut-runs.ts'
import { KeptState } from './kept-state.ts'
import { usualKeys } from './keys.ts'

export interface PartialsHow {
  readonly inStep: boolean
  /** In percent of the messages; or only where one is due. */
  readonly pass: number | 'due'
  readonly cut: number
  /** No user is in two sources. */
  readonly isDisjoint?: boolean
}

export interface PartialsRun {
  readonly lines: readonly string[]
  /** Of the stages of each source, and of what unites them. */
  readonly ledgers: readonly Ledger[]
  readonly united: Ledger
  /** How many lines there were after each message. */
  readonly shown: readonly number[]
  readonly panes: { sketches: number; late: number; cuts: number }
}

interface Side {
  readonly source: number
  readonly kernel: ReturnType<typeof newKernel>
  readonly kept: KeptState
  ledger: Ledger
  partials: PartialsStage
  stage: ReturnType<typeof newChain>['stage']
  /** Lines on their way. */
  readonly queue: string[]
}

const encoder = new TextEncoder()

function newChain(
  { options, counting, showsRaw }: CutInput,
  kernel: Side['kernel'],
  isDisjoint: boolean,
) {
  const { calendar, latenessMs } = options
  const ledger = new Ledger()
  kernel.columns.clear() // what another run has left there must not help
  kernel.lineNumber = -1
  kernel.room().memory.fill(0)
  const newCounter = () => uniqueCounter(counting)
  const partials = partialsStage({ calendar, latenessMs, newCounter, isDisjoint, ledger })
  const stage = chain(
    extractStage({ kernel, maxLineBytes, isInterleaved: true, hasLinesOnly: true, ledger }),
    windowStage({ ...options, showsRaw, ledger }),
    partials,
  )
  return { ledger, partials, stage }
}

const kernels = Array.from({ length: 5 }, () => {
  return newKernel({ ...usualKeys, tsUnit: 's', maxLineBytes })
})

/** Of which source each message is. */
export function* bySource(messages: readonly ExtractIn[]): Generator<[number, ExtractIn]> {
  let source = 0
  for (const message of messages) {
    if (message instanceof Uint8Array) {
      yield [source, message]
      continue
    }
    const of = (message as { readonly source: number }).source
    if ('type' in message && message.type === 'source') source = of
    yield [of, message]
  }
}

export function partialsRun(input: CutInput, random: Random, how: PartialsHow): PartialsRun {
  const lines: string[] = []
  const shown: number[] = []
  const panes = { sketches: 0, late: 0, cuts: 0 }
  const { isDisjoint = false } = how
  const { calendar, latenessMs } = input.options
  const keptCounts = new KeptState()
  let united: { ledger: Ledger; counts: CountStage } = newCounts()
  const sides = new Map<number, Side>()

  function newCounts() {
    const ledger = new Ledger()
    const newCounter = () => uniqueCounter(input.counting)
    const counting = { calendar, latenessMs, newCounter, isDisjoint, ...input.lines }
    return { ledger, counts: countStage({ ...counting, ledger }) }
  }

  function sideOf(source: number): Side {
    let side = sides.get(source)
    if (side === undefined) {
      const kernel = kernels[source]!
      const kept = new KeptState()
      side = { source, kernel, kept, queue: [], ...newChain(input, kernel, isDisjoint) }
      sides.set(source, side)
    }
    return side
  }

  const show = (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
  }

  function send({ queue }: Side, message: PartialsOut): void {
    if (message.type === 'reject') return
    if (message.type === 'partial') {
      assert.equal(isCounted(message.users), isDisjoint)
      if (message.users instanceof Sketch) panes.sketches++
      if (message.dueMs !== undefined) panes.late++
      queue.push(partialLine(message))
    } else if (isMark(message)) {
      queue.push(controlLine(message))
    }
  }

  function pass(side: Side): void {
    side.partials.pass((message) => send(side, message))
    assert.equal(side.partials.isDue, false)
  }

  function deliver({ queue }: Side, count: number = queue.length): void {
    for (const line of queue.splice(0, count)) {
      const message = parseControl(encoder.encode(line)) ?? partialIn(line, calendar)
      assert.ok(typeof message !== 'string', `${message as string}: ${line}`)
      if (happens(random, how.cut)) {
        keptCounts.save(united.counts)
        united = newCounts()
        united.counts.load!(keptCounts.shuffled(random))
        panes.cuts++
      }
      united.counts.push(message, show)
    }
  }

  function cut(side: Side): void {
    pass(side)
    side.kept.save(side.stage)
    Object.assign(side, newChain(input, side.kernel, isDisjoint))
    side.stage.load!(side.kept.shuffled(random))
    panes.cuts++
  }

  const messages = [...bySource(input.messages)]
  const take = ([source, message]: [number, ExtractIn]) => {
    const side = sideOf(source)
    if (happens(random, how.cut)) cut(side)
    side.stage.push(message, (out) => send(side, out))
    if (how.pass === 'due' ? side.partials.isDue : happens(random, how.pass)) pass(side)
    if (how.inStep) deliver(side)
    shown.push(lines.length)
  }
  // What there is, is known before anything closes.
  const first = messages.findIndex(([, message]) => message instanceof Uint8Array) - 1
  messages.slice(0, first).forEach(take)
  for (const side of sides.values()) {
    pass(side)
    deliver(side)
  }
  if (how.inStep) messages.slice(first).forEach(take)
  else inAnyOrder(messages.slice(first))
  for (const side of sides.values()) side.stage[input.how]((out) => send(side, out))
  for (const side of sides.values()) deliver(side)
  united.counts[input.how](show)
  const ledgers = [...sides.values()].map(({ ledger }) => ledger)
  return { lines, ledgers, united: united.ledger, shown, panes }

  function inAnyOrder(all: [number, ExtractIn][]): void {
    const left = new Map<number, [number, ExtractIn][]>()
    for (const each of all) left.set(each[0], [...left.get(each[0]) ?? [], each])
    while (left.size > 0) {
      const source = pick(random, [...left.keys()])
      const own = left.get(source)!
      for (const each of own.splice(0, 1 + below(random, 20))) take(each)
      if (own.length === 0) left.delete(source)
      const side = pick(random, [...sides.values()])
      deliver(side, below(random, side.queue.length + 1))
    }
  }
}
