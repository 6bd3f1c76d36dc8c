/** Random streams of frames as sources bring them: nearly in order, with gaps, repeats, stragglers. */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import type { Frame } from './frame-batches.ts'

export interface StreamOptions {
  readonly sources: number
  readonly frames: number
  readonly startMs: number
}

const secondMs = 1000
const hourMs = 3600 * secondMs

export function randomStream(random: Random, options: StreamOptions): Frame[] {
  const { sources, frames } = options
  // Whole minutes meet the ends of windows exactly.
  const grainMs = pick(random, [1, secondMs, 60 * secondMs])
  const startMs = Math.floor(options.startMs / grainMs) * grainMs
  // Each source begins with a frame at the start, so that no window closes before all are known.
  const stream: Frame[] = []
  for (let source = 0; source < sources; source++) {
    stream.push({ tsMs: startMs, uid: 'first', source })
  }
  const nowMs = stream.map(() => startMs)
  const users = pick(random, [1, 5, 50])
  const stepMs = pick(random, [secondMs, 20 * secondMs, 600 * secondMs, 20 * hourMs])
  const straggle = pick(random, [0, 10, 50])
  while (stream.length < frames) {
    const source = below(random, sources)
    nowMs[source]! += happens(random, 5) ? below(random, 20 * stepMs) : below(random, stepMs)
    const backMs = happens(random, straggle) ? below(random, pick(random, [5000, 3 * stepMs])) : 0
    const frame = {
      tsMs: Math.floor((nowMs[source]! - backMs) / grainMs) * grainMs,
      uid: `user${below(random, users)}`,
      source,
    }
    stream.push(frame)
    if (happens(random, 5)) stream.push(frame)
    if (happens(random, 3)) stream.push({ ...pick(random, stream), source })
  }
  return stream
}
