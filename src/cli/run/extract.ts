/** uc-extract: raw frames in, time and user of each out. */
import { inspectInputs } from '../../io/input.ts'
import { isMark } from '../../ndjson/control.ts'
import type { ExtractOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, readPlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { PipeWriter } from './pipe-writer.ts'
import { Session } from './session.ts'

export async function runExtract(parsed: Parsed<ExtractOptions>): Promise<number> {
  const read = readPlan(parsed)
  const session = new Session({
    command: 'uc-extract',
    plan: outputPlan(parsed),
    isStrict: read.strict,
    inputs: inspectInputs(read.files),
  })
  const writer = new PipeWriter()
  const { lines } = writer
  await writer.begin({ from: 'extract' })
  const outcome = await withFrameReader(
    { plan: read, idleMs: parsed.values.idle, keepsFrames: true, session },
    (reader) =>
      session.run({
        ...reader,
        follows: 'never',
        take(message) {
          if (message.type === 'frames') lines.frames(message)
          else if (isMark(message)) lines.control(message)
          else if (message.type === 'reject') session.reject(message)
        },
        flush: () => writer.pass(),
        flushAll: () => writer.flush(),
      }),
  )
  await writer.end(outcome, session.ledger)
  return session.close(outcome)
}
