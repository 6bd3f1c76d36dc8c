/** Result lines as people read them: an aligned table, and tab-separated values for spreadsheets. */
import type { ResultLine } from '../records.ts'

const tsvFields = [
  'window',
  'start',
  'end',
  'time',
  'tz',
  'weekStart',
  'users',
  'low',
  'high',
  'method',
  'error',
  'frames',
  'pane',
  'revision',
] as const

export function tsvHead(): string {
  return `${tsvFields.join('\t')}\n`
}

export function tsvRow(line: ResultLine): string {
  return `${tsvFields.map((field) => line[field] ?? '').join('\t')}\n`
}

interface Column {
  readonly title: string
  /** Wide enough for the usual; a wider cell shifts its row rather than being cut. */
  readonly width: number
  readonly isText?: boolean
  cell(line: ResultLine): string
}

const grouped = (count: number) => count.toLocaleString('en-US')

const columns: readonly Column[] = [
  { title: 'window', width: 8, isText: true, cell: ({ window }) => window },
  { title: 'time', width: 25, isText: true, cell: ({ time }) => time },
  { title: 'users', width: 12, cell: ({ users }) => grouped(users) },
  {
    title: '95 % interval',
    width: 25,
    cell: ({ low, high, method }) =>
      method === 'exact' ? 'exact' : `${grouped(low)} - ${grouped(high)}`,
  },
  { title: 'frames', width: 14, cell: ({ frames }) => grouped(frames) },
  {
    title: 'pane',
    width: 9,
    isText: true,
    cell: ({ pane, revision }) =>
      revision === undefined || revision === 0 ? pane : `${pane} ${revision}`,
  },
]

export function tableHead(): string {
  return aligned(({ title }) => title)
}

export function tableRow(line: ResultLine): string {
  return aligned(({ cell }) => cell(line))
}

function aligned(cell: (column: Column) => string): string {
  const cells = columns.map((column) =>
    column.isText === true ? cell(column).padEnd(column.width) : cell(column).padStart(column.width)
  )
  return `${cells.join('  ').trimEnd()}\n`
}
