/**
 * Result lines as an aligned table that fits its width: where there is room the interval of `users`
 * comes in, and the shards; where there is none the least useful columns go first.
 */
import type { ResultLine } from '../records.ts'
import { shown } from '../shown.ts'
import { cutTo, displayWidth } from './display-width.ts'
import { grouped } from './result-format.ts'

export interface Table {
  readonly head: string
  /** Without its newline. */
  row(line: ResultLine): string
}

interface Column {
  readonly title: string
  /** Wide enough for the usual; what is wider takes blanks of the columns behind it. */
  readonly width: number
  readonly isText?: boolean
  cell(line: ResultLine): string
}

const kind: Column = { title: 'window', width: 8, isText: true, cell: ({ window }) => window }
const time: Column = { title: 'time', width: 25, isText: true, cell: ({ time }) => time }
const users: Column = { title: 'users', width: 11, cell: ({ users }) => grouped(users) }
const low: Column = { title: 'low', width: 11, cell: ({ low }) => grouped(low) }
const high: Column = { title: 'high', width: 11, cell: ({ high }) => grouped(high) }
const error: Column = {
  title: 'error',
  width: 6,
  cell: ({ method, error }) => method === 'exact' ? 'exact' : percent(error),
}
const frames: Column = { title: 'frames', width: 13, cell: ({ frames }) => grouped(frames) }
const pane: Column = {
  title: 'pane',
  width: 7,
  isText: true,
  cell: ({ pane, revision }) =>
    revision === undefined || revision === 0 ? pane : `${pane} ${revision}`,
}
const localTime: Column = {
  ...time,
  width: 19,
  cell: ({ time }) => time.replace(/(?<=T[\d:.]+)(?:Z|[+-][\d:]+)$/, ''),
}
const shortTime: Column = {
  ...time,
  width: 14,
  cell: (line) => localTime.cell(line).replace(/^\d+-/, ''),
}

const betweenColumns = 2
const leastShardWidth = 10

/** The standard error as it is quoted: `0.81 %`. */
function percent(error: number): string {
  return `${(error * 100).toFixed(2)} %`
}

/** The same for whoever reads it, in 80 columns; what is wider is not cut. */
export const plainTable: Table = tableOf([kind, time, users, error, frames, pane], Infinity)

/** The table whose first line is `first`, in so many columns of a terminal. */
export function fittingTable(first: ResultLine, columns: number): Table {
  const ownKind = { ...kind, width: Math.max(kind.width, displayWidth(shown(first.window))) }
  const ownTime = { ...time, width: displayWidth(shown(first.time)) }
  const choices: readonly (readonly Column[])[] = [
    [ownKind, ownTime, users, low, high, error, frames, pane],
    [ownKind, ownTime, users, error, frames, pane],
    [ownKind, ownTime, users, error, pane],
    [ownKind, ownTime, users, pane],
    [ownKind, localTime, users, pane],
    [ownKind, localTime, users],
    [ownKind, shortTime, users],
    [shortTime, users],
  ]
  const chosen = choices.find((each) => widthOf(each) <= columns) ?? choices.at(-1)!
  const left = columns - widthOf(chosen) - betweenColumns
  const hasShards = first.shard !== undefined || first.shards !== undefined
  const isRoomy = chosen.includes(low) && left >= leastShardWidth
  return tableOf(hasShards && isRoomy ? [...chosen, shardColumn(left)] : chosen, columns)
}

function shardColumn(width: number): Column {
  return {
    title: 'shard',
    width,
    isText: true,
    cell: ({ shard, shards }) => shard ?? Object.keys(shards ?? {}).join(' '),
  }
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width + betweenColumns, -betweenColumns)
}

function tableOf(columns: readonly Column[], mostColumns: number): Table {
  const row = (cell: (column: Column) => string) => {
    let text = ''
    let from = 0 // where the column begins
    for (const column of columns) {
      const width = displayWidth(text)
      if (from > 0) text += ' '.repeat(Math.max(betweenColumns, from - width))
      const cellText = shown(cell(column))
      const blanks = from + column.width - displayWidth(text) - displayWidth(cellText)
      text += column.isText === true ? cellText : ' '.repeat(Math.max(0, blanks)) + cellText
      from += column.width + betweenColumns
    }
    return cutTo(text.trimEnd(), mostColumns)
  }
  return {
    head: row(({ title }) => title),
    row: (line) => row(({ cell }) => cell(line)),
  }
}
