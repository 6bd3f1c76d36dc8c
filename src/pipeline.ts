/** Connects stages: each message of the one goes into the next by a plain call. */
import type { Emit, Stage } from './stage.ts'

export function chain<In, Between, Out>(
  first: Stage<In, Between>,
  second: Stage<Between, Out>,
): Stage<In, Out> {
  const hasTick = first.tick !== undefined || second.tick !== undefined
  return {
    push: (message, emit) => first.push(message, (between) => second.push(between, emit)),
    end(emit) {
      first.end((between) => second.push(between, emit))
      second.end(emit)
    },
    stop(emit) {
      first.stop((between) => second.push(between, emit))
      second.stop(emit)
    },
    ...(second.inSteps !== undefined && {
      *inSteps(how: 'end' | 'stop', emit: Emit<Out>) {
        first[how]((between) => second.push(between, emit))
        yield* second.inSteps!(how, emit)
      },
    }),
    ...(hasTick && {
      tick(nowMs: number, emit: Emit<Out>) {
        first.tick?.(nowMs, (between) => second.push(between, emit))
        second.tick?.(nowMs, emit)
      },
    }),
  }
}
