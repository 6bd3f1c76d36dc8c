/** What stands behind a whole member or frame: another one, nothing, or bytes of something else. */
import type { ByteQueue } from './byte-queue.ts'
import { cut } from './damage.ts'

/** Told of what does not end the run. */
export type Warn = (what: string) => void

export interface Tail {
  readonly bytes: ByteQueue
  /** What another one may begin with. */
  readonly magics: readonly (readonly number[])[]
  /** What it would stand behind, in words. */
  readonly behind: string
  /** Whether zeros are padding, as on tapes, of which nothing is told. */
  readonly mayPad: boolean
}

/** Whether nothing more can be decoded. Foreign bytes are counted, and told. */
export async function ignoredTail(
  { bytes, magics, behind, mayPad }: Tail,
  warn: Warn,
): Promise<boolean> {
  const longest = Math.max(...magics.map(({ length }) => length))
  const head = await bytes.peek(longest)
  if (head.length === 0) return true
  const begun = magics.find((magic) =>
    head.every((byte, i) => i >= magic.length || byte === magic[i])
  )
  if (begun !== undefined) {
    if (head.length < begun.length) throw cut()
    return false
  }
  let count = 0
  let isZero = true
  for (let piece; (piece = await bytes.piece()).length > 0;) {
    count += piece.length
    isZero &&= piece.every((byte) => byte === 0)
    bytes.skip(piece.length)
  }
  if (isZero && mayPad) return true
  const words = count === 1 ? '1 byte was' : `${count} bytes were`
  warn(`${words} ignored behind the ${behind}, as no ${behind} begins there`)
  return true
}
