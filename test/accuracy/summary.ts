/** Raw numbers by decades: from 1 up to but not including 10 users, and so on; 10 million end the last. */
import type { Estimates } from './sets.ts'

/** Shares of one, relative to the truth. */
export interface Decade {
  readonly counter: string
  readonly precision: number | undefined
  /** 1, 10, 100 …, or what else they are grouped by. */
  readonly from: number
  readonly bias: number
  readonly rms: number
  readonly largest: number
  /** Intervals that hold the truth; those that are nothing but it. */
  readonly held: number | undefined
  readonly exact: number | undefined
  /** Of the others, how many hold it. */
  readonly heldOfOthers: number | undefined
}

const lastDecade = 1_000_000

export function decadesOf(
  lines: readonly Estimates[],
  groupOf: (users: number) => number = decadeOf,
): readonly Decade[] {
  const groups = new Map<string, Estimates[]>()
  for (const line of lines) {
    const key = `${line.counter} ${line.precision} ${groupOf(line.users)}`
    groups.set(key, [...groups.get(key) ?? [], line])
  }
  return [...groups.values()].map((group) => {
    const { counter, precision, users } = group[0]!
    const errors = group.flatMap(({ users, estimates }) => {
      return estimates.map((estimate) => estimate / users - 1)
    })
    const mean = (of: (error: number) => number) => {
      return errors.reduce((sum, error) => sum + of(error), 0) / errors.length
    }
    const sum = (of: (line: Estimates) => number | undefined) => {
      return group.reduce((sum, line) => sum + (of(line) ?? NaN), 0)
    }
    const [held, exact] = [sum((line) => line.held), sum((line) => line.exact)]
    const others = errors.length - exact
    return {
      counter,
      precision,
      from: groupOf(users),
      bias: mean((error) => error),
      rms: Math.sqrt(mean((error) => error * error)),
      largest: Math.max(...errors.map(Math.abs)),
      held: known(held / errors.length),
      exact: known(exact / errors.length),
      heldOfOthers: others === 0 ? undefined : known((held - exact) / others),
    }
  })
}

function decadeOf(users: number): number {
  return Math.min(lastDecade, 10 ** (`${users}`.length - 1))
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}
