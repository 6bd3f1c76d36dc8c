/** What one command writes is what the next one reads. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Ledger } from '../../src/ledger.ts'
import { ByteWriter } from '../../src/ndjson/byte-writer.ts'
import { framesWriter, windowedWriter } from '../../src/ndjson/frame-lines.ts'
import type { FrameBatch } from '../../src/records.ts'
import { readWindowedStage } from '../../src/stages/read-windowed.ts'
import type { WindowOut } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { secondsText } from '../../src/time/unix-time.ts'
import { loadZone } from '../../src/time/zone.ts'
import { extractedBytes, maxLineBytes, newExtract, windowedBytes } from '../support/byte-pipe.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { joined } from '../support/generators-lines.ts'
import { anyUid, spelledUid } from '../support/generators-uids.ts'
import { type Noted, type RawFrame, transcript, type WindowedFrame } from '../support/transcript.ts'

const encoder = new TextEncoder()
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const tsMs = fc.oneof(
  fc.integer({ min: 0, max: lastMs }),
  fc.integer({ min: 1468244384, max: 1468244484 }).map((seconds) => seconds * 1000),
)

const framesOf = (noted: Noted[]) => noted.filter((one): one is RawFrame => 'tsMs' in one)
const windowedOf = (noted: Noted[]) =>
  noted.filter((one): one is WindowedFrame => 'startsMs' in one)
const essence = ({ uid, hash, tsMs }: RawFrame) => ({ uid, hash, tsMs })

test('frames that uc-extract writes are read again as the same, whatever their uid', () => {
  const line = fc.record({ uid: spelledUid, tsMs })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.nat(400), (lines, cut) => {
      const text = lines
        .map(({ uid, tsMs }) => `{"ts":${tsMs}e-3,"uid":${uid.json}}\n`).join('')
      const first = framesOf(transcript(newExtract(new Ledger()), [encoder.encode(text)]))
      assert.deepEqual(
        first.map(({ uid, tsMs }) => ({ uid, tsMs })),
        lines.map(({ uid: { uid }, tsMs }) => ({ uid, tsMs })),
      )
      const ledger = new Ledger()
      const { bytes } = extractedBytes(newExtract(ledger), [encoder.encode(text)], ledger)
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)]
      const again = transcript(newExtract(new Ledger()), chunks)
      assert.deepEqual(framesOf(again).map(essence), first.map(essence))
      assert.deepEqual(again.at(-1), { type: 'end', counts: ledger.toJSON() })
      assert.equal(again.length, lines.length + 2)
    }),
    { numRuns: 500 },
  )
})

test('windowed frames are read again as the same, whatever their uid, windows and zone', async () => {
  const zones = await Promise.all(['UTC', 'Europe/Zurich', 'Asia/Kathmandu'].map(loadZone))
  const frame = fc.record({ uid: anyUid, tsMs, expired: fc.nat(7) })
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(...zones),
      fc.subarray(['minute', 'week', 'year'], { minLength: 1 }),
      fc.nat(800),
      (frames, zone, windows, cut) => {
        const kinds = calendar({ windows, zone, weekStart: 'monday' })
        const batch = frameBatch(frames.map(({ uid, tsMs }) => ({ uid, tsMs, source: 0 })))
        const ledger = new Ledger()
        const windowed: WindowOut = {
          type: 'windowed',
          frames: batch,
          from: 0,
          to: frames.length,
          startsMs: kinds.kinds.map(({ spanAt }) => batch.tsMs.map((ms) => spanAt(ms).startMs)),
          verdicts: kinds.kinds.map((_, k) =>
            Uint8Array.from(frames, ({ expired }) => (expired >> k & 3) % 3)
          ),
        }
        const same = { push: emitted, end() {}, stop() {} }
        const first = windowedOf(transcript(same, [windowed]))
        const { bytes } = windowedBytes(same, [windowed], kinds, ledger)
        const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)]
        const stage = readWindowedStage({ calendar: kinds, maxLineBytes, ledger: new Ledger() })
        const again = transcript(stage, chunks)
        assert.deepEqual(windowedOf(again), first)
        assert.equal(again.length, frames.length + 2)
      },
    ),
    { numRuns: 500 },
  )
})

/** A frame as a batch has it: the uid as bytes somewhere, or as text. */
const written = fc.record({
  uid: fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab 0~é道🧭'), minLength: 1, maxLength: 40 }),
    fc.nat(600).map((length) => 'x'.repeat(length + 1)),
  ),
  tsMs,
  minutes: fc.nat(2),
  verdict: fc.constantFrom(0, 0, 0, 1, 2),
  isDecoded: fc.nat(9).map((n) => n === 0),
})

test('lines are what JSON.stringify writes, wherever the uid lies in the bytes', () => {
  const names = ['minute', 'day']
  fc.assert(
    fc.property(fc.array(written, { maxLength: 50 }), fc.nat(9), (frames, behind) => {
      const texts = frames.map(({ uid }) => encoder.encode(uid))
      const bytes = joined(...texts, new Uint8Array(behind).fill(0xff))
      const ends = texts.map((_, i) => texts.slice(0, i + 1).reduce((sum, t) => sum + t.length, 0))
      const batch: FrameBatch = {
        ...frameBatch(frames.map(({ uid, tsMs }) => ({ uid, tsMs, source: 0 }))),
        bytes,
        uidStart: Uint32Array.from(texts, ({ length }, i) => ends[i]! - length),
        uidEnd: Uint32Array.from(ends),
        decodedUids: new Map(
          frames.flatMap(({ uid, isDecoded }, i) => isDecoded ? [[i, uid]] : []),
        ),
      }
      const writer = new ByteWriter()
      framesWriter()(batch, writer)
      const extracted = frames.map(({ uid, tsMs }) => {
        return `{"ts":${secondsText(tsMs)},"uid":${JSON.stringify(uid)}}\n`
      })
      assert.equal(new TextDecoder().decode(writer.take()), extracted.join(''))

      const startsMs = [
        Float64Array.from(frames, ({ minutes }) => minutes * 60_000),
        new Float64Array(frames.length).fill(86_400_000),
      ]
      const verdicts = [
        Uint8Array.from(frames, ({ verdict }) => verdict),
        new Uint8Array(frames.length),
      ]
      const [from, to] = [Math.min(1, frames.length), frames.length]
      const windowed = { type: 'windowed', frames: batch, from, to, startsMs, verdicts } as const
      windowedWriter(names)(windowed, writer)
      const lines = frames.slice(from).map(({ uid, minutes, verdict }) => {
        const marks = [{}, { late: ['minute'] }, { expired: ['minute'] }][verdict]
        const windows = { minute: minutes * 60, day: 86_400 }
        return `${JSON.stringify({ uid, windows, ...marks })}\n`
      })
      assert.equal(new TextDecoder().decode(writer.take()), lines.join(''))
    }),
    { numRuns: 500 },
  )
})

function emitted(message: WindowOut, emit: (message: WindowOut) => void): void {
  emit(message)
}

test('a line of uc-extract is plain JSON with time first', () => {
  const batch: FrameBatch = frameBatch([{ tsMs: 1468244384250, uid: 'a"\ud83e', source: 0 }])
  const stage = {
    push: (_: null, emit: (message: FrameBatch) => void) => emit(batch),
    end() {},
    stop() {},
  }
  const { bytes } = extractedBytes(stage, [null], new Ledger())
  const [, line = ''] = new TextDecoder().decode(bytes).split('\n')
  assert.equal(line, '{"ts":1468244384.25,"uid":"a\\"\\ud83e"}')
})
