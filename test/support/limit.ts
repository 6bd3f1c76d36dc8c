/** Ends what hangs: a test that waits for it must not keep all others from ending. */

export interface LimitOptions {
  /** The process, for the error. */
  readonly what: string
  readonly ms: number
  kill(): void
  /** What the process has written so far. */
  written(): { readonly stdout: string; readonly stderr: string }
}

const shownCharacters = 2000

/** Waits for the end of a process, `ended`. Kills it after `ms`, and throws with what it wrote last. */
export async function withLimit<T>(
  ended: Promise<T>,
  { what, ms, kill, written }: LimitOptions,
): Promise<T> {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    kill()
  }, ms)
  const result = await ended.finally(() => clearTimeout(timer))
  if (!isLate) return result
  const { stdout, stderr } = written()
  const shown = [stdout, stderr].map((text) => text.slice(-shownCharacters))
  throw new Error(`${what}: did not end in ${ms} ms; stdout: ${shown[0]}\nstderr: ${shown[1]}`)
}
