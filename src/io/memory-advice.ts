/** What to do where memory is short: it depends on what has taken it. */
import type { Held } from '../stage.ts'
import { grouped } from './result-format.ts'

/** What a command knows of its memory before it begins. */
export interface MemorySituation {
  /** Where counting takes it never, or in another way than here: what helps. */
  readonly remedy?: string
  readonly threads?: number
  /** Whether windows close before the end of the input. */
  readonly isOrdered?: boolean
}

/** A window with its place in the queue, less its users. */
const windowBytes = 600
/** The runtime and the program. */
const startBytes = 64 * 2 ** 20

export function memoryAdvice(
  { used, held, remedy, threads = 1, isOrdered = true }: MemorySituation & {
    readonly used: number
    readonly held: Held | undefined
  },
): string {
  if (remedy !== undefined) return remedy
  const { windows = 0, exactBytes = 0, sketchBytes = 0 } = held ?? {}
  const windowsBytes = windows * windowBytes
  const otherBytes = used - startBytes - windowsBytes - exactBytes - sketchBytes
  const most = Math.max(windowsBytes, exactBytes, sketchBytes, otherBytes)
  if (most === otherBytes) {
    const fewer = threads > 1 ? 'fewer --threads or ' : ''
    return `lines and what decodes them have taken it: use ${fewer}a smaller --max-line`
  }
  const open = `${grouped(windows)} windows are open`
  const parts = 'count in parts by --from and --until'
  const sooner = isOrdered
    ? 'a smaller --max-delay or --lateness'
    : 'leave out --order none where the input is in order'
  if (most === windowsBytes) return `${open}: use longer ones, ${sooner}, or ${parts}`
  if (most === sketchBytes) {
    return `${open}, mostly with sketches: use a lower --precision, fewer windows, or ${parts}`
  }
  return `the users in ${grouped(windows)} windows have taken it: use a lower --exact-limit, ` +
    `--method hll, fewer windows, or ${parts}`
}
