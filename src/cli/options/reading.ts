/** Options of the commands that read raw frames. */
import type { Option, RepeatableOption } from '../option.ts'
import type { TsUnit } from '../../time/unix-time.ts'
import {
  flag,
  key,
  type MostRefused,
  mostRefused,
  oneOf,
  size,
  wholeNumber,
  zone,
} from '../values.ts'

export type FrameParserName = 'strict' | 'lazy' | 'json'

export type ReadingOptions = {
  readonly uidKey: RepeatableOption<string>
  readonly tsKey: RepeatableOption<string>
  readonly tsUnit: Option<TsUnit>
  readonly tsZone: Option<string | undefined>
  readonly parser: Option<FrameParserName>
  readonly maxLine: Option<number>
  readonly maxRejects: Option<MostRefused>
  readonly zstdWindow: Option<number>
  readonly interleave: Option<boolean>
  readonly threads: Option<number>
}

const tsUnits = ['s', 'ms', 'us', 'ns', 'iso', 'auto'] as const
const parsers = ['strict', 'lazy', 'json'] as const

export const input: ReadingOptions = {
  uidKey: {
    name: 'uid-key',
    value: 'KEY',
    group: 'Input',
    repeatable: true,
    fallback: 'uid',
    parse: key,
    brief: 'Key that holds the user id; repeatable',
    detail:
      'A key of the root object, or a path with dots: where there is no such path, a key of the ' +
      'root that is so called counts. `/user.x/id`, a JSON Pointer, says exactly which. Of several ' +
      'the first counts that is there and neither null nor empty.',
    example: '--uid-key userId --uid-key anonymousId',
  },
  tsKey: {
    name: 'ts-key',
    value: 'KEY',
    group: 'Input',
    repeatable: true,
    fallback: 'ts',
    parse: key,
    brief: 'Key that holds the time; repeatable',
    detail: 'In the forms of `--uid-key`.',
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
    detail:
      'Seconds, milli-, micro- or nanoseconds since 1970, or text (`iso`): RFC 3339, also with ' +
      '`+0100`, `+01` or ` UTC` for the zone, a blank for the T, a comma before the fraction, or ' +
      'no seconds. `auto` tells all of these apart, frame by frame; numbers it takes for times ' +
      'after 1973.',
    example: '--ts-unit ms',
  },
  tsZone: {
    name: 'ts-zone',
    value: 'ZONE',
    group: 'Input',
    parse: zone,
    brief: 'Zone of times that are text without one',
    detail:
      'Without it such frames are refused. Of an hour that comes twice the first is meant. Only ' +
      'with `--ts-unit iso` or `auto`.',
    example: '--ts-zone Europe/Zurich',
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
    detail: 'Bounds the memory that one line can take, or one frame of an array or over several ' +
      'lines. At most 1GiB.',
    example: '--max-line 1MiB',
  },
  maxRejects: {
    name: 'max-rejects',
    value: 'SHARE|N|off',
    group: 'Reports',
    fallback: '50%',
    parse: mostRefused,
    brief: 'End with exit status 3 if more lines are malformed',
    detail: 'Judged at the end of the input, behind all results, over all lines that the run, or ' +
      'its --state, has read; frames that only their time has refused do not count. A topic is ' +
      'judged where the run ends by itself.',
    example: '--max-rejects 1000',
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
