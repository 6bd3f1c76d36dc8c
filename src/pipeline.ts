/** Connects stages: each message of the one goes into the next by a plain call. */
import type { Stage } from './stage.ts'

export function chain<In, Between, Out>(
  first: Stage<In, Between>,
  second: Stage<Between, Out>,
): Stage<In, Out> {
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
  }
}
