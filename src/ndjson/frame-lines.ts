/**
 * The lines between the commands: what uc-extract writes, `{"ts":1468244340.5,"uid":"ab"}`, and
 * what uc-window writes, `{"uid":"ab","windows":{"minute":1468244340,"day":1468195200}}`, with
 * `"late":["minute"]` for the kinds that a frame is late for, `"expired":[…]` for those that it is
 * too late for.
 */
import { EXPIRED, type FrameBatch, LATE, type WindowedBatch } from '../records.ts'
import { secondsText } from '../time/unix-time.ts'
import type { ByteWriter } from './byte-writer.ts'

export function writeFrames(frames: FrameBatch, writer: ByteWriter): void {
  for (let i = 0; i < frames.count; i++) {
    writer.ascii('{"ts":')
    writer.ascii(secondsText(frames.tsMs[i]!))
    writer.ascii(',"uid":')
    writeUid(frames, i, writer)
    writer.ascii('}\n')
  }
}

export type WindowedWriter = (batch: WindowedBatch, writer: ByteWriter) => void

/** `kinds`: names of the kinds of window, fine to coarse. */
export function windowedWriter(kinds: readonly string[]): WindowedWriter {
  // Neighbouring frames mostly lie in the same windows: the end of the line is made once.
  const lastStartsMs = kinds.map(() => NaN)
  let tail = ''

  function tailOf({ startsMs }: WindowedBatch, i: number): string {
    if (startsMs.some((column, k) => column[i] !== lastStartsMs[k])) {
      startsMs.forEach((column, k) => lastStartsMs[k] = column[i]!)
      const windows = kinds.map((name, k) => `"${name}":${lastStartsMs[k]! / 1000}`)
      tail = `,"windows":{${windows.join()}}`
    }
    return tail
  }

  function writeKinds(
    key: string,
    verdict: number,
    { verdicts }: WindowedBatch,
    i: number,
    writer: ByteWriter,
  ): void {
    const marked = kinds.filter((_, k) => verdicts[k]![i] === verdict)
    if (marked.length > 0) writer.ascii(`,"${key}":${JSON.stringify(marked)}`)
  }

  return (batch, writer) => {
    for (let i = batch.from; i < batch.to; i++) {
      writer.ascii('{"uid":')
      writeUid(batch.frames, i, writer)
      writer.ascii(tailOf(batch, i))
      writeKinds('late', LATE, batch, i, writer)
      writeKinds('expired', EXPIRED, batch, i, writer)
      writer.ascii('}\n')
    }
  }
}

function writeUid(frames: FrameBatch, i: number, writer: ByteWriter): void {
  const decoded = frames.decodedUids.size > 0 ? frames.decodedUids.get(i) : undefined
  if (decoded !== undefined) {
    writer.text(JSON.stringify(decoded))
    return
  }
  writer.ascii('"')
  writer.bytes(frames.bytes, frames.uidStart[i]!, frames.uidEnd[i]!)
  writer.ascii('"')
}
