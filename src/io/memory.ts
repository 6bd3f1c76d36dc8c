/**
 * Ends a run that needs more memory than it may have, before the kernel kills it without a word.
 * It never changes a result: what has been printed is right.
 */
import { UcError } from '../errors.ts'
import { machineBytes, residentBytes } from './runtime.ts'

const checkIntervalMs = 100

/**
 * Returns the check, to be called often. Without a limit it is three quarters of the machine's
 * memory; none where that is not known.
 */
export function memoryGuard(limitBytes: number | undefined): () => void {
  const limit = limitBytes ?? (machineBytes() ?? Infinity) * 0.75
  let checkedAtMs = 0
  return () => {
    const nowMs = performance.now()
    if (nowMs - checkedAtMs < checkIntervalMs) return
    checkedAtMs = nowMs
    const used = residentBytes()
    if (used <= limit) return
    throw new UcError(
      'failed',
      `memory: ${mebibytes(used)} MiB in use, --max-memory allows ${mebibytes(limit)} MiB; ` +
        'use a lower --exact-limit, fewer or shorter windows, or a smaller --max-delay',
    )
  }
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
