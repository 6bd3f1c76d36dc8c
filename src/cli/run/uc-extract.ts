/** uc-extract: raw frames in, time and user of each out. */
import { inspectInputs } from '../../io/input.ts'
import { breakdownsOf } from '../../kernel/group-keys.ts'
import { isMark } from '../../ndjson/control.ts'
import type { ExtractOut } from '../../stages/extract.ts'
import type { OutputPlan, ReadPlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { PipeWriter } from './pipe-writer.ts'
import { withSession } from './session.ts'

export interface ExtractRun {
  readonly read: ReadPlan
  readonly output: OutputPlan
  /** Undefined: no file side by side with others is ever idle. */
  readonly idleMs: number | undefined
}

export async function run({ read, output, idleMs }: ExtractRun): Promise<number> {
  const options = {
    command: 'uc-extract',
    plan: output,
    isStrict: read.strict,
    maxRejects: read.maxRejects,
    reading: read,
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
    const by = read.groupKeys && breakdownsOf(read.groupKeys)
    await writer.begin({ from: 'extract', ...(by !== undefined && { by }) })
    return await withFrameReader(
      { plan: read, idleMs, keepsFrames: true, session },
      (reader) => {
        const ending = session.endingOf('never', read.files)
        return session.run({ ...reader, ending, delivery: writer })
      },
    )
  })
}
