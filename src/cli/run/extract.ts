/** uc-extract: raw frames in, time and user of each out. */
import { inspectInputs } from '../../io/input.ts'
import { isMark } from '../../ndjson/control.ts'
import type { ExtractOut } from '../../stages/extract.ts'
import type { ExtractOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, readPlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { PipeWriter } from './pipe-writer.ts'
import { withSession } from './session.ts'

export async function runExtract(parsed: Parsed<ExtractOptions>): Promise<number> {
  const read = readPlan(parsed)
  const options = {
    command: 'uc-extract',
    plan: outputPlan(parsed),
    isStrict: read.strict,
    inputs: inspectInputs(read.files),
    memory: { threads: read.threads },
  }
  return await withSession(options, async (session) => {
    const writer = new PipeWriter<ExtractOut>({
      ledger: session.ledger,
      put(message, lines) {
        if (message.type === 'frames') lines.frames(message)
        else if (isMark(message)) lines.control(message)
      },
    })
    await writer.begin({ from: 'extract' })
    return await withFrameReader(
      { plan: read, idleMs: parsed.values.idle, keepsFrames: true, session },
      (reader) => {
        const ending = session.endingOf('never', read.files)
        return session.run({ ...reader, ending, delivery: writer })
      },
    )
  })
}
