/** Options of the commands that read raw frames. */
import type { Option } from '../option.ts'
import type { TsUnit } from '../../time/unix-time.ts'
import { flag, key, oneOf, size, wholeNumber } from '../values.ts'

export type FrameParserName = 'strict' | 'lazy' | 'json'

export type ReadingOptions = {
  readonly uidKey: Option<string>
  readonly tsKey: Option<string>
  readonly tsUnit: Option<TsUnit>
  readonly parser: Option<FrameParserName>
  readonly maxLine: Option<number>
  readonly zstdWindow: Option<number>
  readonly interleave: Option<boolean>
  readonly threads: Option<number>
}

const tsUnits = ['s', 'ms', 'us', 'ns', 'iso'] as const
const parsers = ['strict', 'lazy', 'json'] as const

export const input: ReadingOptions = {
  uidKey: {
    name: 'uid-key',
    value: 'KEY',
    group: 'Input',
    fallback: 'uid',
    parse: key,
    brief: 'Key that holds the user id',
    detail: 'Only keys of the root object count; a dotted name reaches into nested objects.',
    example: '--uid-key user.id',
  },
  tsKey: {
    name: 'ts-key',
    value: 'KEY',
    group: 'Input',
    fallback: 'ts',
    parse: key,
    brief: 'Key that holds the time',
    detail: 'Only keys of the root object count; a dotted name reaches into nested objects.',
    example: '--ts-key meta.time',
  },
  tsUnit: {
    name: 'ts-unit',
    value: 'UNIT',
    choices: tsUnits,
    group: 'Input',
    fallback: 's',
    parse: oneOf(tsUnits),
    brief: 'Unit of the time',
    detail: 'Seconds, milli-, micro- or nanoseconds since 1970, or RFC 3339 text (`iso`).',
    example: '--ts-unit ms',
  },
  parser: {
    name: 'parser',
    value: 'PARSER',
    choices: parsers,
    group: 'Input',
    fallback: 'strict',
    parse: oneOf(parsers),
    brief: 'How lines are read',
    detail:
      '`lazy` reads a line no further than both keys are seen, and so faster; it counts the ' +
      'same only where every line is JSON and no key stands twice in one. ' +
      '`json` is the plain one on split2 and JSON.parse, many times slower, kept for ' +
      'comparison: it reads times through a double, and refuses user ids that JSON.parse would round.',
    example: '--parser json',
  },
  maxLine: {
    name: 'max-line',
    value: 'SIZE',
    group: 'Input',
    fallback: '16MiB',
    parse: size({ from: 2, to: 2 ** 30 }),
    brief: 'Refuse lines longer than this',
    detail: 'Bounds the memory that one line can take. At most 1GiB.',
    example: '--max-line 1MiB',
  },
  zstdWindow: {
    name: 'zstd-window',
    value: 'SIZE',
    group: 'Input',
    fallback: '128MiB',
    parse: size({ from: 2 ** 10, to: 2 ** 31 }),
    brief: 'Refuse zstd files that want more memory',
    detail:
      'What a file may ask for its window, as made by `zstd --long=31`, say; each thread and ' +
      'each file of --interleave has one. At most 2GiB. Over 128MiB it is slow: ' +
      '`zstd -dc --long=31` in a pipe is faster.',
    example: '--zstd-window 2GiB',
  },
  interleave: {
    name: 'interleave',
    group: 'Input',
    fallback: 'false',
    parse: flag,
    brief: 'Read the files side by side, by time',
    detail: 'For files of the same time, of three servers say: each has a watermark of its own. ' +
      'Without it they are read one after the other, as one stream.',
    example: '--interleave',
  },
  threads: {
    name: 'threads',
    value: 'N',
    group: 'Input',
    fallback: '1',
    parse: wholeNumber({ from: 1, to: 64 }),
    brief: 'Scan files with this many threads',
    detail: 'Plain files are cut into pieces, compressed ones are shared out whole. Standard ' +
      'input and pipes are read by one. It changes no result, and not their order.',
    example: '--threads 4',
  },
}
