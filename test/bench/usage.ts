/**
 * Preloaded by `node --import`: when the process ends it appends what it has used to the file that
 * UC_USAGE_FILE names, one JSON object a line.
 */
import { appendFileSync } from 'node:fs'
import process from 'node:process'

export interface Usage {
  /** Script of the process: `uc-extract`. */
  readonly name: string
  readonly cpuSeconds: number
  readonly peakMegabytes: number
}

const file = process.env['UC_USAGE_FILE']
if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    const usage: Usage = {
      name: process.argv[1]?.split('/').at(-1) ?? '',
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      peakMegabytes: maxRSS * 1024 / 1e6,
    }
    appendFileSync(file, `${JSON.stringify(usage)}\n`)
  })
}
