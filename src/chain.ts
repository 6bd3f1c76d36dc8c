/** Connects stages: each message of the one goes into the next by a plain call. */
import type { Emit, Stage } from './stage.ts'
import { together } from './state/kept.ts'

type AnyStage = Stage<unknown, unknown>

export function chain<A, B, C>(a: Stage<A, B>, b: Stage<B, C>): Stage<A, C>
export function chain<A, B, C, D>(a: Stage<A, B>, b: Stage<B, C>, c: Stage<C, D>): Stage<A, D>
export function chain<A, B, C, D, E>(
  a: Stage<A, B>,
  b: Stage<B, C>,
  c: Stage<C, D>,
  d: Stage<D, E>,
): Stage<A, E>
export function chain(...stages: readonly AnyStage[]): AnyStage {
  const first = stages[0]!
  const last = stages.at(-1)!
  let linkedTo: Emit<unknown> | undefined
  let emits: readonly Emit<unknown>[] = []

  /** Where each stage emits to. Mostly the end of the chain is what it was the last time. */
  function emitsTo(emit: Emit<unknown>): readonly Emit<unknown>[] {
    if (emit !== linkedTo) {
      linkedTo = emit
      emits = linked(stages, emit)
    }
    return emits
  }

  function finish(how: 'end' | 'stop', emit: Emit<unknown>, upTo: number): void {
    const emits = emitsTo(emit)
    stages.slice(0, upTo).forEach((stage, i) => stage[how](emits[i]!))
  }

  return {
    ...together(stages),
    push: (message, emit) => first.push(message, emitsTo(emit)[0]!),
    end: (emit) => finish('end', emit, stages.length),
    stop: (emit) => finish('stop', emit, stages.length),
    ...(last.inSteps !== undefined && {
      *inSteps(how: 'end' | 'stop', emit: Emit<unknown>) {
        finish(how, emit, stages.length - 1)
        yield* last.inSteps!(how, emit)
      },
    }),
    ...(stages.some(({ tick }) => tick !== undefined) && {
      *tick(nowMs: number, emit: Emit<unknown>) {
        const emits = emitsTo(emit)
        for (const [i, stage] of stages.entries()) yield* stage.tick?.(nowMs, emits[i]!) ?? []
      },
    }),
  }
}

function linked(stages: readonly AnyStage[], emit: Emit<unknown>): readonly Emit<unknown>[] {
  const emits = [emit]
  for (const stage of stages.slice(1).reverse()) {
    const next = emits[0]!
    emits.unshift((message) => stage.push(message, next))
  }
  return emits
}
