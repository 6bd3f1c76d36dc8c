/** What a state holds, for people. */
import { displayWidth } from '../../io/display-width.ts'
import { grouped } from '../../io/result-format.ts'
import { shown } from '../../shown.ts'
import { durationName } from '../../time/duration.ts'
import type { StateSummary } from './state-summary.ts'

const windowTitles = ['window', 'open', 'revisable', 'users', 'first', 'last']

/** In so many columns: names of inputs are cut at their beginning, and the least useful goes first. */
export function stateTable(state: StateSummary, columns: number = Infinity): string {
  const inputs = state.inputs.map(({ input, bytes, over }) => {
    return [input, grouped(bytes), over ? 'over' : 'goes on']
  })
  const partitions = state.partitions.map(({ partition, offset }) => [partition, grouped(offset)])
  const windows = state.windows.map(({ window, open, revisable, users, exact, first, last }) => [
    window,
    ...[open, revisable].map(grouped),
    exact ? grouped(users) : `about ${grouped(users)}`,
    ...[first, last].map((s) => new Date(s * 1000).toISOString().replace('.000Z', 'Z')),
  ])
  const { lines, malformed, frames, records, recordBytes, commits, saved, ageSeconds = 0 } = state
  const { diskBytes, pid } = state
  const blocks = [
    inputs.length > 0 ? aligned(namesCut([['input', 'bytes', ''], ...inputs], columns), [1]) : '',
    partitions.length > 0 ? aligned([['partition', 'offset'], ...partitions], [1]) : '',
    windows.length > 0 ? windowTable([windowTitles, ...windows], columns) : '',
    aligned([
      ['lines', `${grouped(lines)}, ${grouped(malformed)} malformed, ${grouped(frames)} frames`],
      ['records', `${grouped(records)} of ${grouped(recordBytes)} bytes`],
      ...(diskBytes === undefined ? [] : [['files', `${grouped(diskBytes)} bytes`]]),
      ['saved', saved === undefined ? 'never' : `${saved}, ${age(ageSeconds)} ago`],
      ['commits', grouped(commits)],
      ...(pid === undefined ? [] : [['process', processName(pid)]]),
    ]),
  ]
  return blocks.filter((block) => block !== '').join('\n')
}

type Cells = readonly (readonly string[])[]

const betweenColumns = 2

/** The widest cell of each column. */
function widthsOf(rows: Cells): number[] {
  return rows[0]!.map((_, i) => Math.max(...rows.map((row) => displayWidth(shown(row[i]!)))))
}

function widthOf(rows: Cells): number {
  return widthsOf(rows).reduce((sum, width) => sum + width + betweenColumns, -betweenColumns)
}

function namesCut(rows: Cells, columns: number): Cells {
  const room = columns - widthOf(rows.map(([, ...others]) => others)) - betweenColumns
  return rows.map(([name, ...others]) => [cutStart(shown(name!), Math.max(room, 8)), ...others])
}

/** What a file is called stands at the end of its path. */
function cutStart(name: string, columns: number): string {
  if (displayWidth(name) <= columns) return name
  let end = name
  while (displayWidth(end) >= columns) end = end.slice(1)
  return `…${end}`
}

/** With its numbers to the right. Where it is too wide, how many can be revised goes, then the last. */
function windowTable(rows: Cells, columns: number): string {
  if (widthOf(rows) <= columns) return aligned(rows, [1, 2, 3])
  const without = (index: number, of: Cells) => of.map((row) => row.filter((_, i) => i !== index))
  const fewer = without(windowTitles.indexOf('revisable'), rows)
  return aligned(widthOf(fewer) <= columns ? fewer : without(fewer[0]!.length - 1, fewer), [1, 2])
}

function processName(pid: number): string {
  return pid === 0 ? 'none' : `${pid} has it open, or has ended without closing it`
}

/** In whole units, with a tenth cut off at most. */
function age(seconds: number): string {
  const unit = [86_400, 3600, 60].find((each) => seconds >= each * 10) ?? 1
  return durationName(Math.floor(seconds / unit) * unit * 1000)
}

/** `numbers`: the columns that stand to the right. */
function aligned(rows: Cells, numbers: readonly number[] = []): string {
  const widths = widthsOf(rows)
  return rows.map((row) => {
    const padded = row.map((cell, i) => {
      const text = shown(cell)
      const blanks = ' '.repeat(widths[i]! - displayWidth(text))
      return numbers.includes(i) ? blanks + text : text + blanks
    })
    return `${padded.join(' '.repeat(betweenColumns)).trimEnd()}\n`
  }).join('')
}
