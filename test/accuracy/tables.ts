/** Raw numbers of accuracy as Markdown: ours by precision, then others beside it. */
import { type Decade, decadesOf } from './summary.ts'
import { type Estimates, ours } from './sets.ts'

/** What users get unless they ask for something else. */
const usualPrecision = 14

export function accuracyTables(lines: readonly Estimates[]): string {
  const own = decadesOf(lines.filter(({ counter }) => counter === ours))
  const precisions = [...new Set(own.map(({ precision }) => precision))]
  const parts = precisions.map((precision) => {
    const title = `uc, \`--precision ${precision}\`, ${lines[0]!.estimates.length} sets`
    return `${title}\n\n${ownTable(own.filter((decade) => decade.precision === precision))}`
  })
  const [sets, compared] = comparison(lines)
  const title = `Root of the mean square error (bias), ${sets} sets`
  return [...parts, `${title}\n\n${comparisonTable(decadesOf(compared))}`].join('\n\n')
}

/** Of all counters those sets that all have counted, in the usual precision. */
export function comparison(
  lines: readonly Estimates[],
): readonly [sets: number, lines: readonly Estimates[]] {
  const sets = Math.min(...lines.map(({ estimates }) => estimates.length))
  const compared = lines.filter(({ precision }) => (precision ?? usualPrecision) === usualPrecision)
    .map(({ counter, users, estimates }) => ({
      counter,
      users,
      estimates: estimates.slice(0, sets),
    }))
  return [sets, compared]
}

function ownTable(decades: readonly Decade[]): string {
  const rows = decades.map((decade) => [
    usersOf(decade.from),
    signed(decade.bias),
    percent(decade.rms),
    percent(decade.largest),
    percent(decade.held!, 1),
    percent(decade.exact!, 1),
    decade.heldOfOthers === undefined ? '' : percent(decade.heldOfOthers, 1),
  ])
  const head = ['users', 'bias', 'RMS', 'largest', 'held', 'exact', 'held of the others']
  return markdown(head, rows)
}

/** A column per counter. */
function comparisonTable(decades: readonly Decade[]): string {
  const counters = [...new Set(decades.map(({ counter }) => counter))]
  const rows = [...new Set(decades.map(({ from }) => from))].map((from) => {
    return [
      usersOf(from),
      ...counters.map((counter) => {
        const found = decades.find((each) => each.from === from && each.counter === counter)
        return found === undefined ? '' : `${percent(found.rms)} (${signed(found.bias)})`
      }),
    ]
  })
  return markdown(['users', ...counters], rows)
}

function usersOf(from: number): string {
  return `from ${from.toLocaleString('en-US')}`
}

function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`
}

function signed(share: number): string {
  const text = percent(Math.abs(share))
  return Number.parseFloat(text) === 0 ? text : `${share < 0 ? '-' : '+'}${text}`
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n')
}
