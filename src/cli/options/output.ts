/** Options of the commands that write results. */
import type { Option } from '../option.ts'
import { oneOf } from '../values.ts'

export type FormatName = 'auto' | 'json' | 'tsv' | 'table'

export type OutputOptions = {
  readonly format: Option<FormatName>
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
    detail: '`auto` is a table on a terminal and JSON, one object a line, into a pipe or a file.',
    example: '--format tsv',
  },
}
