/**
 * uc-pipeline --processes: as many processes as asked for share the topic, and this one unites what
 * they count, as `uc-merge --kafka` does.
 */
import { ownProgram } from '../../io/runtime.ts'
import { tell } from '../../io/tell.ts'
import type { ManyProcesses } from '../pipeline-plan.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import { ChildProcesses } from './child-processes.ts'
import { runTopicMerge } from './topic-merge.ts'

const command = 'uc-pipeline'

export async function runProcesses(
  { output, read: { strict } }: PipelinePlan,
  { count, argsOf, topics }: ManyProcesses,
): Promise<number> {
  const { runtime, script } = ownProgram
  const isNamed = /uc-pipeline[^/\\]*$/.test(script)
  const children = new ChildProcesses({
    count,
    command: [runtime, script, ...(isNamed ? [] : ['pipeline'])],
    argsOf,
    say: (text) => tell(`${command}: ${text}`),
    heard: (number, line) => tell(line.replace(/^uc-pipeline: /, `${command}[${number}]: `)),
  })
  try {
    const merge = { output, strict, merging: undefined, topics }
    const status = await runTopicMerge(merge, topics, { command, until: children.ended })
    // A signal ends this one first
    return status !== 0 ? status : await children.ended
  } finally {
    await children.end()
  }
}
