/**
 * Ends a run that needs more memory than it may have, before the kernel kills it without a word.
 * It never changes a result: what has been printed is right.
 */
import { UcError } from '../errors.ts'
import { heapBytes, machineBytes, residentBytes } from './runtime.ts'

const ofCounting = 'use a lower --exact-limit, fewer or longer windows, a smaller --max-delay or ' +
  '--lateness, or count in parts by --from and --until'

const checkIntervalMs = 100

/** Near its limit the runtime dies with a stack trace; and what is open has still to be printed. */
const heapShare = 0.7
/** Of the limit so much is for objects that have just been made. */
const youngBytes = 48 * 2 ** 20

/**
 * Returns the check, to be called often. Without a limit it is three quarters of the machine's
 * memory; none where that is not known. `remedy`: what the user can do.
 */
export function memoryGuard(
  limitBytes: number | undefined,
  remedy: string = ofCounting,
): () => void {
  const limit = limitBytes ?? (machineBytes() ?? Infinity) * 0.75
  let checkedAtMs = 0
  return () => {
    const nowMs = performance.now()
    if (nowMs - checkedAtMs < checkIntervalMs) return
    checkedAtMs = nowMs
    const used = residentBytes()
    if (used > limit) throw exceeded(used, `--max-memory allows ${mebibytes(limit)}`, remedy)
    const heap = heapBytes()
    if (heap.used > (heap.limit - youngBytes) * heapShare) {
      const allowed = `the runtime allows ${mebibytes(heap.limit)}`
      const bound = `${allowed} (NODE_OPTIONS=--max-old-space-size=… changes that)`
      throw exceeded(heap.used, bound, remedy)
    }
  }
}

function exceeded(used: number, bound: string, remedy: string): UcError {
  return new UcError('failed', `memory: ${mebibytes(used)} MiB in use, ${bound}; ${remedy}`)
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
