/**
 * The table of src/counter/deviation.ts, by simulation:
 *
 *   npm run build && node dist/test/accuracy/deviation.js             2^12 registers, 20,000 sets
 *   npm run build && node dist/test/accuracy/deviation.js 14 2000     others, to compare
 *
 * Beside each line: the bounds of 95 % of the sets, in deviations, where a normal distribution has
 * 1.96; the mean error, in the unit of the table; how far the table is off.
 */
import process from 'node:process'
import { deviationAt, deviations } from '../../src/counter/deviation.ts'
import { simulate } from './simulation.ts'

const precision = Number(process.argv[2] ?? 12)
const sets = Number(process.argv[3] ?? 20_000)
/** At both ends the table has limits. */
const parts = deviations.map(([part]) => part).slice(1, -1)
for (const spread of simulate({ precision, sets, parts, seed: 1 })) {
  const { usersPerRegister, deviation, bias, below, above } = spread
  const differs = ((deviation / deviationAt(usersPerRegister) - 1) * 100).toFixed(1)
  process.stdout.write(
    `  [${usersPerRegister}, ${deviation.toFixed(3)}], // ${below.toFixed(2)} and ` +
      `${above.toFixed(2)}; bias ${bias.toFixed(3)}; the table is off by ${differs} %\n`,
  )
}
