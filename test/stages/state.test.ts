/** What the stages know can be saved between any two messages, and new stages go on from it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, type Random, seededRandom } from '../../src/generate/random.ts'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { UcError } from '../../src/errors.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { Ledger } from '../../src/ledger.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { plainExtractStage } from '../../src/stages/extract-plain.ts'
import { type ExtractIn, type ExtractOut, extractStage } from '../../src/stages/extract.ts'
import { chain } from '../../src/chain.ts'
import type { Stage } from '../../src/stage.ts'
import { windowStage } from '../../src/stages/window.ts'
import type { StateRecord } from '../../src/state/kept.ts'
import { RecordWriter } from '../../src/state/record.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { frameStreams } from '../support/hostile-streams.ts'
import { KeptState } from '../support/kept-state.ts'
import { transcript } from '../support/transcript.ts'
import { cutRun, randomCutInput, type Saving } from '../support/cut-runs.ts'
import { hostileLines } from '../support/generators-lines.ts'
import { randomDocument } from '../support/framed-documents.ts'
import { seed, seedHint } from '../support/seed.ts'
import { usualKeys } from '../support/keys.ts'

const keys = { ...usualKeys, tsUnit: 's' } as const

/** Two ways of reading bytes. The kernel forgets what another reader has left there. */
function readers(kernel: Kernel, maxLineBytes: number) {
  const make = (isInterleaved: boolean) => (ledger: Ledger) => {
    kernel.lineNumber = 0
    kernel.columns.clear()
    kernel.room().memory.fill(0, 0, 66_000)
    return extractStage({ kernel, maxLineBytes, isInterleaved, ledger })
  }
  return { 'one after another': make(false), 'side by side': make(true) }
}

/** Before each message `isCut` is asked whether new stages go on. */
function throughStages<In>(
  make: (ledger: Ledger) => Stage<In, ExtractOut>,
  messages: readonly In[],
  isCut: () => boolean,
) {
  let ledger = new Ledger()
  let stage = make(ledger)
  const kept = new KeptState()
  const whole: Stage<In, ExtractOut> = {
    push(message, emit) {
      if (isCut()) {
        kept.save(stage)
        ledger = new Ledger()
        stage = make(ledger)
        stage.load!(kept.records)
      }
      stage.push(message, emit)
    },
    end: (emit) => stage.end(emit),
    stop: (emit) => stage.stop(emit),
  }
  return { noted: transcript(whole, messages), counts: ledger.counts() }
}

function noted(
  make: (ledger: Ledger) => Stage<Uint8Array, ExtractOut>,
  pieces: readonly Uint8Array[],
  name: string,
) {
  assert.ok(pieces.length > 0, name)
  let pushed = 0
  return throughStages(make, pieces, () => ++pushed > 1)
}

/** Whether the blanks before what is too long are shown with it depends on the cut. */
function withoutEdges({ noted, ...run }: ReturnType<typeof throughStages>) {
  const settled = noted.map((each) => {
    if (!('fault' in each) || each.fault !== 'too-long') return each
    const { byte: _, content: _content, detail: _detail, ...rest } = each as Record<string, unknown>
    return rest
  })
  return { ...run, noted: settled }
}

const sketchBytes = 2 ** 11
const exactly = { method: 'exact', exactLimit: 0, precision: 11 } as const
const upTo1000 = { method: 'auto', exactLimit: 1000, precision: 11 } as const
const sketched = { method: 'hll', exactLimit: 0, precision: 11, sketch: true } as const

/** The count stage with windows into which many users come, in one minute. */
function bulk(counting: UniqueCounterOptions) {
  const windows = calendar({ windows: ['minute', 'hour', 'day'], zone: utc, weekStart: 'monday' })
  const newCounter = () => uniqueCounter(counting)
  const stage = countStage({
    calendar: windows,
    latenessMs: [0, 0, 0],
    newCounter,
    ledger: new Ledger(),
  })
  const tsMs = 1_468_244_384_000
  let known = 0
  const push = (random: Random, count: number): number => {
    const before = known
    const frames = Array.from({ length: count }, () => {
      const user = happens(random, 50) || known === 0 ? known++ : below(random, known)
      return { tsMs, uid: `user${user}`, source: 0 }
    })
    const startsMs = windows.kinds.map((kind) => {
      return new Float64Array(count).fill(kind.spanAt(tsMs).startMs)
    })
    const verdicts = startsMs.map(() => new Uint8Array(count))
    const batch = frameBatch(frames)
    stage.push(
      { type: 'windowed', frames: batch, from: 0, to: count, startsMs, verdicts },
      () => {},
    )
    return known - before
  }
  const users = () => {
    const { exactBytes, sketchBytes } = stage.held()
    return exactBytes + sketchBytes
  }
  return { stage, push, users, lines: () => bulkLines(stage) }
}

/** Hours and days, into which thousands of users come, a fifth of them late. */
function crowdRun(counting: UniqueCounterOptions, isCut: () => boolean): string[] {
  const random = seededRandom(seed)
  const windows = calendar({ windows: ['hour', 'day'], zone: utc, weekStart: 'monday' })
  const hourMs = 3_600_000
  const times = { maxDelayMs: 0, maxJumpMs: undefined, latenessMs: [6 * hourMs, 6 * hourMs] }
  const newStages = () => {
    const options = { calendar: windows, ...times, ledger: new Ledger() }
    return chain(
      windowStage({ ...options, showsRaw: false }),
      countStage({ ...options, newCounter: () => uniqueCounter(counting) }),
    )
  }
  const lines: string[] = []
  const take = (message: CountOut) => lines.push(JSON.stringify(message))
  const kept = new KeptState()
  let stage = newStages()
  for (let n = 0; n < 80; n++) {
    const nowMs = Date.UTC(2016, 6, 11) + n * 300_000
    const frames = Array.from({ length: 1 + below(random, 600) }, () => {
      const lateMs = happens(random, 20) ? below(random, 4 * hourMs) : 0
      return { source: 0, tsMs: nowMs - lateMs, uid: `user${below(random, 20_000)}` }
    })
    const isLoaded = happens(random, 50)
    if (isCut()) {
      kept.save(stage)
      if (isLoaded) {
        stage = newStages()
        stage.load!(kept.records)
      }
    }
    stage.push(frameBatch(frames), take)
  }
  stage.end(take)
  return lines
}

/** What it would show if it were stopped. */
function bulkLines(stage: ReturnType<typeof countStage>): string[] {
  const lines: string[] = []
  for (const _ of stage.tick?.(0, () => {}) ?? []);
  stage.end((message: CountOut) => lines.push(JSON.stringify(message)))
  return lines
}

test('100 random streams, cut between any messages, give what they give at a stretch', () => {
  let lines = 0
  let loads = 0
  const hostile = hostileLines(seededRandom(seed), { uidKey: 'uid', tsKey: 'ts' })
  for (let i = 0; i < 100; i++) {
    const random = seededRandom(seed + i)
    const input = randomCutInput(random, hostile)
    const { out, accounts } = cutRun(input, random, () => 'nothing')
    const [savePercent, cutPercent] = [below(random, 60), 1 + below(random, below(random, 60) + 1)]
    const saving = (): Saving => {
      if (happens(random, cutPercent)) {
        loads++
        return 'cut'
      }
      return happens(random, savePercent) ? 'save' : 'nothing'
    }
    const cut = cutRun(input, random, saving)
    const at = out.findIndex((line, n) => line !== cut.out[n])
    const hint = `stream ${i}; ${seedHint}`
    if (at >= 0) assert.equal(cut.out[at], out[at], `line ${at}; ${hint}`)
    assert.equal(cut.out.length, out.length, hint)
    assert.deepEqual(cut.accounts, accounts, hint)
    if (input.how === 'end') {
      const left = [...cut.kept.records.keys()].filter((key) => /^count\/.*\d\/|held/.test(key))
      assert.deepEqual(left, [], hint)
    }
    lines += out.length
  }
  assert.ok(lines > 3000 && loads > 300, `only ${lines} lines and ${loads} loads`)
})

test('windows of many users, late ones among them, go on from any save', () => {
  for (const counting of [exactly, upTo1000, sketched]) {
    const whole = crowdRun(counting, () => false)
    const random = seededRandom(seed)
    assert.deepEqual(crowdRun(counting, () => happens(random, 30)), whole, seedHint)
    assert.ok(whole.length > 200 && whole.some((line) => /"revision":1/.test(line)))
  }
})

test('late frames in a row are counted on behind a cut, until they end what is held', () => {
  const encoder = new TextEncoder()
  const startMs = Date.parse('2016-07-11')
  const hourMs = 3_600_000
  const frame = (ms: number) => encoder.encode(`{"uid":"a","ts":"${startMs + ms}e-3"}\n`)
  const messages: ExtractIn[] = [{ type: 'source', source: 0, name: 'a' }]
  for (let i = 0; i < 10; i++) messages.push(frame(i))
  messages.push(frame(5 * hourMs))
  for (let i = 0; i < 120; i++) messages.push(frame(-hourMs + i))
  const windows = calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' })
  const options = { calendar: windows, maxDelayMs: 1000, maxJumpMs: hourMs, latenessMs: [0] }
  const input = {
    messages,
    options,
    counting: exactly,
    lines: {},
    showsRaw: true,
    how: 'end',
  } as const
  const whole = cutRun(input, seededRandom(seed), () => 'nothing')
  const held = whole.out.findIndex((line) => line.includes('"quarantined"'))
  assert.ok(held < whole.out.length - 20, 'nothing was ended before the input was')
  assert.deepEqual(cutRun(input, seededRandom(seed), () => 'cut').out, whole.out)
})

test('no hostile stream is read otherwise because it is cut, wherever that is', () => {
  for (const { name, bytes, maxLineBytes } of frameStreams) {
    const kernel = newKernel({ ...keys, maxLineBytes })
    for (const [kind, make] of Object.entries(readers(kernel, maxLineBytes))) {
      const whole = noted(make, [bytes], name)
      for (let cut = 0; cut <= bytes.length; cut++) {
        const pieces = [bytes.slice(0, cut), bytes.slice(cut)]
        assert.deepEqual(noted(make, pieces, name), whole, `${name}, ${kind}: cut after ${cut}`)
      }
    }
  }
})

test('frames in any framing are read on behind a cut, wherever that is', () => {
  const random = seededRandom(seed)
  const encoder = new TextEncoder()
  for (let n = 0; n < 60; n++) {
    const { text } = randomDocument(random, 'u')
    const bytes = encoder.encode(happens(random, 30) ? text.slice(0, -below(random, 30)) : text)
    const maxLineBytes = happens(random, 20) ? 60 : 2 ** 16
    const kernel = newKernel({ ...keys, maxLineBytes })
    for (const [kind, make] of Object.entries(readers(kernel, maxLineBytes))) {
      const whole = withoutEdges(noted(make, [bytes], 'a'))
      for (let cuts = 0; cuts < 30; cuts++) {
        const cut = below(random, bytes.length + 1)
        const pieces = [bytes.slice(0, cut), bytes.slice(cut)]
        assert.deepEqual(
          withoutEdges(noted(make, pieces, 'a')),
          whole,
          `${JSON.stringify(text)}, ${kind}: cut after ${cut}; ${seedHint}`,
        )
      }
    }
  }
})

test('the number of a line goes on behind a cut, by --parser json too', () => {
  const lines = ['{"uid":"a","ts":1}', '{', '{"uid":"b","ts":2}', '']
  const newKernels = () => twinKernel({ ...keys, maxLineBytes: 100 })
  const make = (ledger: Ledger) =>
    plainExtractStage({ ...keys, maxLineBytes: 100, kernel: newKernels(), ledger })
  const marked = [
    { type: 'source', source: 1, name: 'b', line: 7 } as const,
    ...lines,
    { type: 'source', source: 0, name: 'a' } as const,
    ...lines,
  ]
  const whole = throughStages(make, marked, () => false)
  assert.deepEqual(throughStages(make, marked, () => true), whole)
})

test('what a save writes follows what has changed, and what stands the state', () => {
  const random = seededRandom(seed)
  for (const counting of [exactly, upTo1000, sketched]) {
    const { stage, users, push } = bulk(counting)
    const kept = new KeptState()
    kept.save(stage)
    for (let n = 0; n < 300; n++) {
      const count = n % 150 === 0 ? 3000 : 1 + below(random, 40)
      const before = kept.bytesPut
      const isNew = push(random, count)
      kept.save(stage)
      // Per kind of window: its head, users, those that are joined with them, and sketches anew.
      const most = 3 * (400 + 4 * (isNew * 8) + 256 * 8) + 3 * 2 * sketchBytes
      const held = users()
      assert.ok(kept.bytes < 3 * held + 3000, `${kept.bytes} bytes for ${held}; ${seedHint}`)
      assert.ok(kept.bytesPut - before < most, `${kept.bytesPut - before} bytes for ${isNew} users`)
    }
    const held = users()
    assert.ok(kept.records.size < 300, `${kept.records.size} records`)
    assert.ok(kept.bytesPut < 8 * held + 300 * 3 * (400 + 256 * 8), `${kept.bytesPut} bytes put`)
    const again = bulk(counting)
    again.stage.load!(kept.shuffled(random))
    assert.deepEqual(again.lines(), bulkLines(stage))
    stage.end(() => {})
    kept.save(stage)
    assert.deepEqual([...kept.records.keys()].sort(), ['accounts', 'run', 'source/0'])
  }
})

test('where a record of the state is missing, cut, damaged or foreign, no stage goes on from it', () => {
  const random = seededRandom(seed)
  const { stage, push } = bulk(upTo1000)
  const kept = new KeptState()
  for (let n = 0; n < 5; n++) {
    push(random, 120)
    kept.save(stage)
  }
  const loadWith = (records: StateRecord[]) => () => bulk(upTo1000).stage.load!(records)
  const isRefused = (error: unknown) => error instanceof UcError && error.code === 'failed'
  const all = [...kept.records]
  loadWith(all)()
  for (const [key, value] of all) {
    const others = all.filter(([other]) => other !== key)
    assert.throws(loadWith(others), isRefused, `without ${key}`)
    const cut = value.subarray(0, value.length - 1)
    assert.throws(loadWith([...others, [key, cut]]), isRefused, `${key} cut`)
    const flipped = value.map((byte, i) => i === value.length >> 1 ? byte ^ 4 : byte)
    assert.throws(loadWith([...others, [key, flipped]]), isRefused, `${key} flipped`)
    assert.throws(loadWith([...all, [`${key}1`, value]]), isRefused, `${key} under another name`)
  }
  const oneMore = new RecordWriter().flag(false).count(0)
  const key = 'day/1468195200/users/9'
  assert.throws(loadWith([...all, [key, oneMore.of(key)]]), isRefused, 'a record too many')
  const other = () => bulk({ ...upTo1000, exactLimit: 10 }).stage.load!(all)
  assert.throws(other, isRefused, 'with another limit')
})
