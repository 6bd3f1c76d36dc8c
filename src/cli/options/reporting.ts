/** Options that say what becomes of frames that are not counted, and what is told about a run. */
import type { Option } from '../option.ts'
import { file, fileOrDash, flag, size } from '../values.ts'

export type ReportingOptions = {
  readonly strict: Option<boolean>
  readonly rejects: Option<string | undefined>
  readonly stats: Option<string | undefined>
  readonly progress: Option<boolean>
  readonly maxMemory: Option<number | undefined>
}

export const reporting: ReportingOptions = {
  strict: {
    name: 'strict',
    group: 'Reports',
    fallback: 'false',
    parse: flag,
    brief: 'Stop at the first refused line, with exit status 3',
    detail: 'Otherwise refused lines are counted, reported and skipped.',
    example: '--strict',
  },
  rejects: {
    name: 'rejects',
    value: 'FILE',
    group: 'Reports',
    parse: file,
    brief: 'Write every line and frame that is not counted to FILE',
    detail: 'One JSON object a line, with reason, source, line number and the raw line where it ' +
      'is at hand.',
    example: '--rejects rejects.jsonl',
  },
  stats: {
    name: 'stats',
    value: 'FILE',
    group: 'Reports',
    parse: fileOrDash,
    brief: 'Write the counts of the run as JSON to FILE',
    detail: '`-` is standard error.',
    example: '--stats -',
  },
  progress: {
    name: 'progress',
    group: 'Reports',
    fallback: 'true',
    parse: flag,
    brief: 'Show no progress',
    detail:
      'It is shown on a terminal only, on standard error, when the work takes over a second: ' +
      'in bytes where all inputs are files, else in frames.',
    example: '--no-progress',
  },
  maxMemory: {
    name: 'max-memory',
    value: 'SIZE',
    group: 'Reports',
    fallback: 'auto',
    parse: (text) => text === 'auto' ? undefined : size({ from: 1 })(text),
    brief: 'End the run, with advice, above this much memory',
    detail:
      "`auto` is three quarters of the machine's memory, or the container's. It never changes " +
      'a result.',
    example: '--max-memory 2GiB',
  },
}
