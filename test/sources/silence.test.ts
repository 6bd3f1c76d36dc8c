/** Idle sources: by numbers for a clock, through window and count stage. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { Silence } from '../../src/sources/silence.ts'
import { windowStage } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { frameBatch } from '../support/frame-batches.ts'

const minutes = calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' })
const startMs = Date.parse('2016-07-11T13:39:00Z')
const secondMs = 1000

/** A stream of sources, with a clock on the wall that only `pass` moves. */
function stream({ wallMs = startMs, latenessMs = 3_600_000, earlyMs = 0 } = {}) {
  const ledger = new Ledger()
  const account = ledger.open({ lines: 0, frames: 0 })
  const stage = chain(
    windowStage({
      calendar: minutes,
      maxDelayMs: 5 * secondMs,
      maxJumpMs: 3_600_000,
      latenessMs: [latenessMs],
      idleMs: 30 * secondMs,
      showsRaw: false,
      ledger,
    }),
    countStage({
      calendar: minutes,
      latenessMs: [latenessMs],
      newCounter: () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 }),
      earlyMs: earlyMs === 0 ? undefined : earlyMs,
      ledger,
    }),
  )
  let nowMs = wallMs
  let lines: string[] = []
  const rejects: string[] = []
  const take = (message: CountOut) => {
    if (message.type === 'reject') rejects.push(message.detail)
    if (message.type !== 'result') return
    const { time, users, pane, revision = '' } = message.line
    lines.push(`${time.slice(11, 16)} ${users} ${pane}${revision}`)
  }
  const tick = () => {
    for (const _ of stage.tick!(nowMs, take) ?? []);
  }
  tick()
  return {
    ledger,
    rejects,
    stage,
    take,
    know: (source: number) => stage.push({ type: 'source', source, name: `${source}` }, take),
    /** Nine frames of nine users, at this second. */
    frames(source: number, second: number, count = 9) {
      const frames = Array.from({ length: count }, (_, i) => {
        return { source, tsMs: startMs + second * secondMs, uid: `${source}/${i}` }
      })
      account.lines += count
      account.frames += count
      stage.push(frameBatch(frames), take)
    },
    /** Time on the wall passes, in ticks. */
    pass(seconds: number, tickSeconds = 0.1) {
      const untilMs = nowMs + seconds * secondMs
      while (nowMs < untilMs) {
        nowMs += tickSeconds * secondMs
        tick()
      }
    },
    said() {
      const said = lines
      lines = []
      return said
    },
  }
}

test('a quiet live stream shows its last window, when its time has come', () => {
  const { frames, pass, said } = stream({ wallMs: startMs + 40 * secondMs })
  frames(0, 40)
  pass(29) // 13:40:09 on the wall, the watermark is still 13:39:35
  assert.deepEqual(said(), [])
  pass(2)
  assert.deepEqual(said(), ['13:39 9 on-time0'])
})

test('time goes on while a live stream is quiet, no faster than the clock', () => {
  const { frames, pass, said } = stream({ wallMs: startMs })
  frames(0, 0)
  pass(64) // 13:40:04: the window waits for --max-delay
  assert.deepEqual(said(), [])
  pass(2)
  assert.deepEqual(said(), ['13:39 9 on-time0'])
})

test('on history no time passes, however long the stream is quiet', () => {
  const { frames, pass, said } = stream({ wallMs: Date.parse('2026-01-01') })
  frames(0, 40)
  pass(300)
  assert.deepEqual(said(), [])
})

test('after a suspension nothing is idle at once', () => {
  const { frames, pass, said } = stream({ wallMs: startMs + 40 * secondMs })
  frames(0, 40)
  pass(3600, 3600)
  assert.deepEqual(said(), [])
})

test('a source that is idle is not waited for; one that never came neither', () => {
  const { know, frames, pass, said } = stream({ wallMs: Date.parse('2026-01-01') })
  for (const source of [0, 1, 2]) know(source)
  frames(0, 0)
  frames(1, 0)
  pass(20)
  frames(0, 66)
  pass(20)
  assert.deepEqual(said(), ['13:39 18 on-time0'])
})

test('what an idle source brings later revises', () => {
  const { frames, pass, said, ledger, stage, take } = stream({ wallMs: Date.parse('2026-01-01') })
  frames(0, 0)
  frames(1, 0, 3)
  frames(1, 0, 7)
  pass(20)
  frames(0, 66)
  pass(20)
  assert.deepEqual(said(), ['13:39 16 on-time0'])
  frames(1, 1, 8)
  frames(0, 80)
  assert.deepEqual(said(), [], 'it is waited for again')
  frames(1, 80)
  assert.deepEqual(said(), ['13:39 17 late1'])
  stage.end(take)
  assert.equal(ledger.imbalance(), undefined)
})

test('what it brings when the window is over is expired, and said', () => {
  const { frames, pass, said, rejects, ledger, stage, take } = stream({
    wallMs: Date.parse('2026-01-01'),
    latenessMs: 10_000,
  })
  frames(0, 0)
  frames(1, 0)
  pass(20)
  frames(0, 90)
  pass(20)
  assert.deepEqual(said(), ['13:39 18 on-time0'])
  frames(1, 1, 2)
  const detail = 'its source was idle, and minute was over by the watermark of the others'
  assert.deepEqual(rejects, [detail, detail])
  stage.end(take)
  assert.equal(ledger.imbalance(), undefined)
  assert.equal(ledger.windows.get('minute')?.expired, 2)
})

test('a mark of an idle source, without a frame, does not make it waited for again', () => {
  const { know, frames, pass, said } = stream({ wallMs: Date.parse('2026-01-01') })
  frames(0, 0)
  frames(1, 0)
  pass(31)
  know(1)
  frames(0, 66)
  assert.deepEqual(said(), ['13:39 18 on-time0'])
})

test('a source of which more is there to read is slow, not idle', () => {
  const silence = new Silence({ idleMs: 1000, liveMs: 0, isReadToItsEnd: (source) => source === 1 })
  silence.heard(0, 0)
  silence.heard(1, 0)
  const fallen = [0, 500, 1000, 5000].flatMap((nowMs) => silence.tick(nowMs))
  assert.deepEqual(fallen, [1])
})

test('idleness decides nothing about what is held', () => {
  const { frames, pass, said, stage, take } = stream({ wallMs: startMs + 40 * secondMs })
  frames(0, 40, 3)
  pass(300)
  assert.deepEqual(said(), [])
  stage.end(take)
  assert.deepEqual(said(), ['13:39 3 on-time0'])
})

test('a source that is far ahead is held back by its reader, so it is not idle', () => {
  const silence = new Silence({ idleMs: 1000, liveMs: 0, isReadToItsEnd: () => true })
  silence.heard(0, 0)
  silence.heard(1, 600_001)
  for (let nowMs = 0; nowMs <= 5000; nowMs += 100) {
    assert.deepEqual(silence.tick(nowMs), nowMs === 1000 ? [0] : nowMs === 2000 ? [1] : [])
    if (nowMs < 900) silence.heard(1, 600_001)
  }
})

test('early lines come every so often, where something has changed, and change nothing', () => {
  const { frames, pass, said, stage, take } = stream({ wallMs: 0, earlyMs: 1000 })
  pass(1)
  frames(0, 40)
  pass(3)
  assert.deepEqual(said(), ['13:39 9 early'])
  frames(0, 41, 2)
  frames(0, 61, 4)
  pass(1)
  assert.deepEqual(said(), ['13:39 9 early', '13:40 4 early'])
  frames(0, 66)
  assert.deepEqual(said(), ['13:39 9 on-time0'])
  stage.end(take)
  assert.deepEqual(said(), ['13:40 9 on-time0'])
})
