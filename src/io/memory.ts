/**
 * Ends a run that needs more memory than it may have, before the kernel kills it without a word, or
 * the runtime ends with a stack trace. It never changes a result: what has been printed is right.
 */
import type { Reserve } from '../counter/counter.ts'
import { MemoryShort } from '../errors.ts'
import type { Held } from '../stage.ts'
import { memoryAdvice, type MemorySituation } from './memory-advice.ts'
import {
  addressBytes,
  addressLimitBytes,
  availableBytes,
  heapBytes,
  residentBytes,
} from './runtime.ts'

const checkIntervalMs = 100

/** Near its limit the runtime dies with a stack trace; and what is open has still to be printed. */
const heapShare = 0.7
/** Of the limit so much is for objects that have just been made. */
const youngBytes = 48 * 2 ** 20
/** The runtime takes addresses in large pieces, and dies where there are none. */
const mostReserved = 192 * 2 ** 20

export class MemoryGuard {
  readonly #limit: number
  readonly #addresses = addressLimit()
  readonly #situation: MemorySituation
  #held: () => Held | undefined = () => undefined
  #checkedAtMs = 0
  /** It has spoken: what follows is printing what is open, for which there is a reserve. */
  #isOver = false

  /** Without a limit it is three quarters of what there is; none where that is not known. */
  constructor(limitBytes: number | undefined, situation: MemorySituation) {
    this.#limit = limitBytes ?? (availableBytes() ?? Infinity) * 0.75
    this.#situation = situation
  }

  /** What is held by the stages, asked for when memory is short. */
  watches(held: () => Held): void {
    this.#held = held
  }

  /** To be called often. */
  readonly check = (): void => {
    const nowMs = performance.now()
    if (nowMs - this.#checkedAtMs < checkIntervalMs) return
    this.#checkedAtMs = nowMs
    this.reserve(0)
    const heap = heapBytes()
    if (heap.used > (heap.limit - youngBytes) * heapShare) {
      const allowed = `the runtime allows ${mebibytes(heap.limit)}`
      const bound = `${allowed} (NODE_OPTIONS=--max-old-space-size=… changes that)`
      throw this.#exceeded(heap.used, bound)
    }
    if (this.#addresses === undefined) return
    const { limit, most } = this.#addresses
    const addresses = addressBytes()
    if (addresses < most) return
    const taken = `${mebibytes(addresses)} of the ${mebibytes(limit)} MiB of addresses`
    throw this.#exceeded(residentBytes(), `${taken} that ulimit -v allows are taken`)
  }

  /** So much is about to be taken at once. */
  readonly reserve: Reserve = (bytes) => {
    if (this.#isOver) return false
    const used = residentBytes()
    if (used + bytes <= this.#limit) return true
    const next = bytes === 0 ? '' : ` and ${mebibytes(bytes)} more needed`
    throw this.#exceeded(used, `--max-memory allows ${mebibytes(this.#limit)}`, next)
  }

  /** The error in words where it says that there is no memory left, else as it is. */
  readonly inWords = (error: unknown): unknown => {
    if (!isAllocationFailure(error)) return error
    return this.#exceeded(residentBytes(), `the system gives no more (${error.message})`)
  }

  #exceeded(used: number, bound: string, next = ''): MemoryShort {
    this.#isOver = true
    const advice = memoryAdvice({ used, held: this.#held(), ...this.#situation })
    return new MemoryShort(`memory: ${mebibytes(used)} MiB in use${next}, ${bound}; ${advice}`)
  }
}

/** Of buffers, of WebAssembly, of strings and arrays. */
export function isAllocationFailure(error: unknown): error is RangeError {
  return error instanceof RangeError &&
    /allocation failed|out of memory|could not (allocate|grow)|unable to grow/i.test(error.message)
}

/** Of `ulimit -v`, and at how many a run is better ended: no more than a quarter is left in reserve. */
function addressLimit(): { readonly limit: number; readonly most: number } | undefined {
  const limit = addressLimitBytes()
  if (limit === undefined) return undefined
  return { limit, most: limit - Math.min(mostReserved, (limit - addressBytes()) / 4) }
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
