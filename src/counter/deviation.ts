/**
 * How far estimates stray: the standard deviation of estimate / truth, times the root of the number
 * of registers, by users per register. Found by simulation, as the formula of the limit, 1.039 for
 * many users a register, is up to a third too large for few: every user with a slot and a rank at
 * random, 2^12 registers, 20,000 sets (test/accuracy/simulation.ts), so that a line is good to 0.5 %.
 *
 *   npm run build && node dist/test/accuracy/deviation.js      prints the table anew, in a minute
 *
 * The ends are limits: the root of 1/2, and the root of 3 ln 2 - 1. One table does for all precisions:
 * with 2^10 and 2^14 registers no line is further from it than what chance moves.
 */
export const deviations: readonly (readonly [usersPerRegister: number, deviation: number])[] = [
  [0, 0.707],
  [0.125, 0.718],
  [0.25, 0.732],
  [0.5, 0.752],
  [1, 0.781],
  [1.5, 0.805],
  [2, 0.838],
  [3, 0.878],
  [4, 0.921],
  [5, 0.944],
  [6, 0.958],
  [8, 0.977],
  [12, 0.994],
  [16, 1.007],
  [32, 1.032],
  [64, 1.039],
]

/** The deviation between two lines of the table lies between theirs; behind the last it stays. */
export function deviationAt(usersPerRegister: number): number {
  const next = deviations.findIndex(([users]) => users > usersPerRegister)
  if (next < 0) return deviations.at(-1)![1]
  const [[fromUsers, from], [toUsers, to]] = [deviations[next - 1]!, deviations[next]!]
  return from + (to - from) * (usersPerRegister - fromUsers) / (toUsers - fromUsers)
}
