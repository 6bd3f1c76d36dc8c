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

/** The head for lines like `line`: sketches have a column only where there are some. */
export function tsvHead(line: ResultLine): string {
  return `${tsvFieldsOf(line).join('\t')}\n`
}

export function tsvRow(line: ResultLine): string {
  return `${tsvFieldsOf(line).map((field) => line[field] ?? '').join('\t')}\n`
}

function tsvFieldsOf({ sketch }: ResultLine): readonly (keyof ResultLine)[] {
  return sketch === undefined ? tsvFields : [...tsvFields, 'sketch']
}

interface Column {
  readonly title: string
  /** Wide enough for the usual; a wider cell shifts its row rather than being cut. */
  readonly width: number
  readonly isText?: boolean
  cell(line: ResultLine): string
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

const columns: readonly Column[] = [
  { title: 'window', width: 8, isText: true, cell: ({ window }) => window },
  { title: 'time', width: 25, isText: true, cell: ({ time }) => time },
  { title: 'users', width: 11, cell: ({ users }) => grouped(users) },
  {
    title: 'error',
    width: 7,
    cell: ({ method, error }) => method === 'exact' ? 'exact' : percent(error),
  },
  { title: 'frames', width: 13, cell: ({ frames }) => grouped(frames) },
  {
    title: 'pane',
    width: 7,
    isText: true,
    cell: ({ pane, revision }) =>
      revision === undefined || revision === 0 ? pane : `${pane} ${revision}`,
  },
]

/** The standard error as it is quoted: `0.81 %`. */
function percent(error: number): string {
  return `${(error * 100).toFixed(2)} %`
}

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
