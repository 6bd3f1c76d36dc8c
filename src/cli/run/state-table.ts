/** What a state holds, for people. */
import { grouped } from '../../io/result-format.ts'
import { shown } from '../../shown.ts'
import { durationName } from '../../time/duration.ts'
import type { StateSummary } from './state-summary.ts'

const windowTitles = ['window', 'open', 'revisable', 'users', 'first', 'last']

export function stateTable(state: StateSummary): string {
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
    inputs.length > 0 ? aligned([['input', 'bytes', ''], ...inputs], [1]) : '',
    partitions.length > 0 ? aligned([['partition', 'offset'], ...partitions], [1]) : '',
    windows.length > 0 ? aligned([windowTitles, ...windows], [1, 2, 3]) : '',
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

function processName(pid: number): string {
  return pid === 0 ? 'none' : `${pid} has it open, or has ended without closing it`
}

/** In whole units, with a tenth cut off at most. */
function age(seconds: number): string {
  const unit = [86_400, 3600, 60].find((each) => seconds >= each * 10) ?? 1
  return durationName(Math.floor(seconds / unit) * unit * 1000)
}

/** `numbers`: the columns that stand to the right. */
function aligned(rows: readonly (readonly string[])[], numbers: readonly number[] = []): string {
  const cells = rows.map((row) => row.map(shown))
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)))
  return cells.map((row) => {
    const padded = row.map((cell, i) =>
      numbers.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)
    )
    return `${padded.join('  ').trimEnd()}\n`
  }).join('')
}
