/** What processes say about themselves from now on. */
import type { Buffer } from 'node:buffer'
import type { Running } from '../support/running.ts'

/** Whether a process says from now on that another one has the topic. */
export function standsByFromNow(running: Running): () => boolean {
  const { length } = running.stderr
  return () => /standing by|taken over/.test(running.stderr.slice(length))
}

/** Resolves as soon as a process says something like that, or has not for so long. */
export async function says({ child }: Running, pattern: RegExp, patienceMs: number): Promise<void> {
  let text = ''
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patienceMs)
    const hear = (chunk: Buffer) => {
      text += chunk.toString()
      if (!pattern.test(text)) return
      clearTimeout(timer)
      child.stderr.off('data', hear)
      resolve()
    }
    child.stderr.on('data', hear)
  })
}
