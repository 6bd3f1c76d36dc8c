/** Options of the commands that write results. */
import { parseDuration } from '../../time/duration.ts'
import type { Option } from '../option.ts'
import { fileOrDash, flag, oneOf } from '../values.ts'

export type FormatName = 'auto' | 'json' | 'tsv' | 'table'

export type OutputOptions = {
  readonly format: Option<FormatName>
  readonly early: Option<number | undefined>
  readonly out: Option<string>
}

/** Which lines there are, whoever writes them. */
export type LinesOptions = {
  readonly final: Option<boolean>
  readonly zero: Option<boolean>
}

export const lines: LinesOptions = {
  final: {
    name: 'final',
    group: 'Output',
    fallback: 'false',
    parse: flag,
    brief: 'One line per window, when it is over for good',
    detail:
      'At its end and `--lateness`, when nothing can revise it any more, or at the end of the ' +
      'input. It is the line that would ' +
      'be the last without this: pane `late` and its revision say that late frames are in it. ' +
      'In a state, and in a topic, windows stay open at the end of the input without `--close`.',
    example: '--final',
  },
  zero: {
    name: 'zero',
    group: 'Output',
    fallback: 'false',
    parse: flag,
    brief: 'Lines with 0 users for empty windows in between',
    detail: 'Between the first and the last window of each kind that have a line; `--from` and ' +
      '`--until`, where given, are where they begin and end, at the end of the input. A late ' +
      'frame revises them. After 100,000 in a row no more are written, and that is told.',
    example: '--zero',
  },
}

const formats = ['auto', 'json', 'tsv', 'table'] as const

export const output: OutputOptions = {
  format: {
    name: 'format',
    value: 'FORMAT',
    choices: formats,
    group: 'Output',
    fallback: 'auto',
    parse: oneOf(formats),
    brief: 'How results are written',
    detail: '`auto` is a table on a terminal and JSON, one object a line, into a pipe or a file. ' +
      'On a terminal the table fits its width, and a line that revises a window takes the place ' +
      'of the one before, where that is still on the screen. Elsewhere it has 80 columns.',
    example: '--format tsv',
  },
  early: {
    name: 'early',
    value: 'DURATION',
    group: 'Output',
    fallback: 'off',
    parse: (text) => text === 'off' ? undefined : parseDuration(text),
    brief: 'Show open windows as they stand, every so often',
    detail: 'By the wall clock, at most ten times a second: lines with the pane `early`, for ' +
      'windows that have changed since. Lines of closed windows stay the same.',
    example: '--early 1s',
  },
  out: {
    name: 'out',
    short: 'o',
    value: 'FILE',
    group: 'Output',
    fallback: '-',
    parse: fileOrDash,
    brief: 'Write to FILE',
    detail: '`-` is standard output.',
    example: '-o results.ndjson',
  },
}
