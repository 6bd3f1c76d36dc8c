/**
 * Raw numbers of accuracy as lines: error and bias beside others, and how many truths are held. Others
 * that would make all lines but their own one flat one are in the table only.
 */
import { type Estimates, ours } from './sets.ts'
import { decadesOf } from './summary.ts'
import { comparison } from './tables.ts'

/** A Vega-Lite chart of three panels. */
export function accuracyChart(lines: readonly Estimates[]): unknown {
  const [, others] = comparison(lines)
  const compared = decadesOf(others, (users) => users).map(({ counter, from, rms, bias }) => {
    return { name: counter, from, rms: rms * 100, bias: bias * 100 }
  })
  const far = new Set(compared.filter(({ rms }) => rms > 3).map(({ name }) => name))
  const near = compared.filter(({ name }) => !far.has(name))
  const held = decadesOf(lines.filter(({ counter }) => counter === ours))
    .filter(({ heldOfOthers }) => heldOfOthers !== undefined)
    .map(({ precision, from, heldOfOthers }) => {
      return { name: `uc, precision ${precision}`, from, held: heldOfOthers! * 100 }
    })
  return {
    background: 'white',
    config: { legend: { labelLimit: 300 } },
    resolve: { scale: { color: 'shared' } },
    hconcat: [
      panel('Root mean square error, %', 'rms', near, [0, 1.5]),
      panel('Bias, %', 'bias', near, [-0.5, 1]),
      panel('Truths in low..high, %, by decade, where not exact', 'held', held, [90, 100]),
    ],
  }
}

function panel(title: string, field: string, values: unknown, domain: readonly number[]): unknown {
  const decades = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]
  return {
    title,
    width: 270,
    height: 200,
    data: { values },
    mark: { type: 'line', point: true, clip: true },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        scale: { type: 'log', domain: [1, 1e7] },
        axis: { values: decades, format: '~s' },
        title: 'users',
      },
      y: { field, type: 'quantitative', title: null, scale: { domain } },
      color: { field: 'name', type: 'nominal', title: null },
    },
  }
}
