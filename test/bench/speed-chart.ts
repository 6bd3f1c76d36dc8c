/**
 * Raw runs as bars: MB of JSON per second of CPU, of what counts users, the fastest first. Reading and
 * inflating alone are in the tables; here they would make all other bars short.
 */
import { type Account, rowsOf } from './runs.ts'
import { variants } from './variants.ts'

const counters = variants.filter(({ answer }) => answer === 'minutes')

/** A Vega-Lite chart with a panel for each input that says something of its own. */
export function speedChart({ machine, runs }: Account): unknown {
  const counting = new Set(counters.map(({ name }) => name))
  const rows = rowsOf(runs).filter(({ input, shape, variant }) => {
    return counting.has(variant) && (input === 'file' || shape === '2 kB')
  })
  const values = rows.map((row) => ({
    panel: `${Math.round(row.bytes / 1e6).toLocaleString('en-US')} MB, ${row.shape}, ${row.input}`,
    command: row.variant,
    speed: Math.round(row.bytes / 1e6 / row.cpu),
    maker: row.variant.includes('uc-') ? 'uc' : 'others',
  }))
  const panels = [...new Set(values.map(({ panel }) => panel))]
  const axis = { labelLimit: 500 }
  const y = { field: 'command', type: 'nominal', sort: null, title: null, axis }
  const x = { field: 'speed', type: 'quantitative', title: 'MB per second of CPU' }
  return {
    title: { text: 'Users per minute: MB of JSON per second of CPU', subtitle: machine?.machine },
    background: 'white',
    config: { view: { stroke: null } },
    data: { values: values.sort((a, b) => b.speed - a.speed) },
    facet: { field: 'panel', type: 'nominal', title: null, sort: panels },
    columns: 2,
    spec: {
      width: 280,
      height: { step: 18 },
      encoding: { y, x },
      layer: [
        {
          mark: 'bar',
          encoding: {
            color: {
              field: 'maker',
              type: 'nominal',
              title: null,
              scale: { domain: ['uc', 'others'], range: ['#d95f02', '#9aa5b1'] },
            },
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 3 },
          encoding: { text: { field: 'speed', type: 'quantitative', format: ',' } },
        },
      ],
    },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  }
}
