/** What the reference tools make of compressed bytes, broken ones too. */
import { spawnSync } from 'node:child_process'
import { latin1 } from './transcript.ts'

export interface ToolOutput {
  readonly text: string
  readonly isRefused: boolean
}

/** What `gzip -dc` writes; its warnings, with status 2, refuse nothing. */
export function gzipOutput(bytes: Uint8Array): ToolOutput {
  const output = outputOf('gzip', bytes)
  if (output === undefined) throw new Error('gzip is not there')
  return output
}

/** What `zstd -dc` writes; undefined where it is not installed. */
export function zstdOutput(bytes: Uint8Array): ToolOutput | undefined {
  return outputOf('zstd', bytes)
}

function outputOf(tool: string, input: Uint8Array): ToolOutput | undefined {
  const { error, status, stdout } = spawnSync(tool, ['-dc'], { input, maxBuffer: 2 ** 28 })
  if (error !== undefined) return undefined
  return { text: latin1(stdout), isRefused: status === 1 }
}
