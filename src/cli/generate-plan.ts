/** The rules between the options of uc-generate, and what they come to for the generator. */
import type { GenerateOptions } from '../generate/frames.ts'
import { contradiction } from './plan.ts'
import type { Parsed } from './option.ts'
import { generating, type GeneratingOptions } from './options/generating.ts'

export interface GeneratePlan extends GenerateOptions {
  /** `-` is standard output. */
  readonly out: string
  readonly gz: boolean
  readonly truth: string | undefined
  readonly progress: boolean
}

export function generatePlan({ values, given }: Parsed<GeneratingOptions>): GeneratePlan {
  if (given.has(generating.kilobytes) && given.has(generating.frameBytes)) {
    throw contradiction('--kilobytes and --frame-bytes', 'give the size by one of them')
  }
  if (given.has(generating.delayPercent) && values.delayPercent > 0 && values.delay === 0) {
    throw contradiction('--delay-percent and --delay 0', 'say how long with --delay, in seconds')
  }
  if (values.truth !== undefined && values.truth === values.out) {
    throw contradiction('--truth and --out', 'give each a file of its own')
  }
  return {
    count: values.count,
    frameBytes: values.frameBytes ?? values.kilobytes * 1024,
    ratePerSecond: values.rate,
    users: values.users,
    groups: values.groups,
    delaySeconds: values.delay,
    delayPercent: values.delayPercent,
    seed: values.seed,
    crlf: values.crlf,
    startMs: values.start,
    brokenPercent: values.broken,
    out: values.out,
    gz: values.gz,
    truth: values.truth,
    progress: values.progress,
  }
}
