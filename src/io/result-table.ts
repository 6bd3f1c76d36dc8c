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

const groupWidths = { wide: 24, narrow: 12 }
/** One with more is cut in every table. */
const mostGroupColumns = 60

function groupColumn(width: number, most: number): Column {
  return { title: 'group', width, isText: true, cell: (line) => cutTo(groupText(line), most) }
}

/** `country=CH device=null`, empty where the line is of all frames. */
function groupText({ by }: ResultLine): string {
  if (by === undefined) return ''
  const values = by.name.split('\n')
  const text = by.breakdown.map((key, i) => `${key}=${valueText(values[i]!)}`).join(' ')
  return shown(text.slice(0, 4 * mostGroupColumns)) // there may be a megabyte of it
}

/** Text without quotes, where nobody could take it for something else. */
function valueText(json: string): string {
  if (json === '{"others":true}') return 'others'
  if (!json.startsWith('"')) return json
  const text = JSON.parse(json) as string
  return /^[\p{L}_/.][^\s="]*$/u.test(text) && !/^(null|true|false|others)$/.test(text)
    ? text
    : json
}

const betweenColumns = 2
const leastShardWidth = 10

/** The standard error as it is quoted: `0.81 %`. */
function percent(error: number): string {
  return `${(error * 100).toFixed(2)} %`
}

/** The same for whoever reads it, in 80 columns; what is wider is not cut. */
export function plainTable(hasGroups: boolean): Table {
  const group = hasGroups ? [groupColumn(groupWidths.wide, mostGroupColumns)] : []
  return tableOf([kind, time, ...group, users, error, frames, pane], Infinity)
}

/** The table whose first line is `first`, in so many columns of a terminal. */
export function fittingTable(first: ResultLine, columns: number, hasGroups = false): Table {
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
  const wide = hasGroups ? choices.map((each) => withGroups(each, groupWidths.wide)) : choices
  const narrow = hasGroups ? choices.map((each) => withGroups(each, groupWidths.narrow)) : []
  const all = [...wide, ...narrow]
  const chosen = all.find((each) => widthOf(each) <= columns) ?? all.at(-1)!
  const left = columns - widthOf(chosen) - betweenColumns
  const hasShards = first.shard !== undefined || first.shards !== undefined
  const isRoomy = chosen.includes(low) && left >= leastShardWidth
  return tableOf(hasShards && isRoomy ? [...chosen, shardColumn(left)] : chosen, columns)
}

/** Behind the time. */
function withGroups(columns: readonly Column[], width: number): readonly Column[] {
  const behind = columns.findIndex(({ title }) => title === time.title) + 1
  const group = groupColumn(width, width)
  return [...columns.slice(0, behind), group, ...columns.slice(behind)]
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
