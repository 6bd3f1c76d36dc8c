/** Result lines as tab-separated values, for spreadsheets. */
import { Group } from '../group.ts'
import type { ResultLine } from '../records.ts'
import { shown } from '../shown.ts'

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

/** Of those that only some runs have. Sketches and sets come last: they are long. */
const optionalFields = ['shard', 'shards', 'by', 'sketch', 'set'] as const
/** Of a run with --partial a line has the one or the other. */
const usersFields: readonly string[] = ['sketch', 'set']

/** Which columns there are beside those of every run. */
export interface TableColumns {
  /** All but sets, as lines may differ; else those that the first line has. */
  readonly hasAllColumns?: boolean
  /** Whether those of --partial are among them, whatever the first line has. */
  readonly hasUsers?: boolean
  /** Whether lines of groups are among them, whatever the first line is. */
  readonly hasGroups?: boolean
  /** Whether there are lines already, so that the head is not to come again. */
  readonly isBegun?: boolean
}

export interface Rows {
  readonly head: string
  row(line: ResultLine): string
}

/**
 * Whether the line holds names of shards, or a group, the only text in it that is not ours. Its JSON is
 * then `shown`: what a terminal would obey is spelled as an escape, which JSON reads as the same.
 */
export function hasNames({ shard, shards, by }: ResultLine): boolean {
  return shard !== undefined || shards !== undefined || by !== undefined
}

/** Rows under the columns of `first`, the first line. */
export function tsvRows(
  first: ResultLine,
  { hasAllColumns = false, hasUsers = false, hasGroups = false }: TableColumns = {},
): Rows {
  const optional = optionalFields.filter((field) => {
    if (first[field] !== undefined || (hasUsers && usersFields.includes(field))) return true
    if (field === 'by' && hasGroups) return true
    return hasAllColumns && field !== 'set'
  })
  const fields: readonly (keyof ResultLine)[] = [...tsvFields, ...optional]
  return {
    head: `${fields.join('\t')}\n`,
    row: (line) => `${fields.map((field) => tsvCell(line[field])).join('\t')}\n`,
  }
}

/**
 * As other programs write such files: `\t`, `\n`, `\r`, and `\\` for a backslash, so that a cell
 * can be read back; what else a terminal would obey as in JSON, `\u001b`.
 */
function tsvCell(value: ResultLine[keyof ResultLine]): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = value instanceof Group
    ? value.json
    : typeof value === 'object'
    ? JSON.stringify(value)
    : value
  return shown(text.replaceAll('\\', '\\\\'))
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
