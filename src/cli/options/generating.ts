/** Options of uc-generate. The short ones are those of the challenge's own generator. */
import type { Option } from '../option.ts'
import { output } from './output.ts'
import { reporting } from './reporting.ts'
import type { GroupOptions } from '../../generate/groups.ts'
import { decimal, file, flag, groupList, time, wholeNumber } from '../values.ts'

export type GeneratingOptions = {
  readonly count: Option<number>
  readonly rate: Option<number>
  readonly users: Option<number>
  readonly groups: Option<readonly GroupOptions[]>
  readonly start: Option<number>
  readonly seed: Option<number>
  readonly kilobytes: Option<number>
  readonly frameBytes: Option<number | undefined>
  readonly crlf: Option<boolean>
  readonly delay: Option<number>
  readonly delayPercent: Option<number>
  readonly broken: Option<number>
  readonly out: Option<string>
  readonly gz: Option<boolean>
  readonly truth: Option<string | undefined>
  readonly progress: Option<boolean>
}

const percent = decimal({ from: 0, to: 100, expected: 'a percentage from 0 to 100, such as 0.1' })

export const generating: GeneratingOptions = {
  count: {
    name: 'count',
    short: 'c',
    value: 'N',
    group: 'Frames',
    fallback: '100000',
    parse: wholeNumber({ from: 0 }),
    brief: 'Number of frames',
    detail: 'Malformed lines that `--broken` mixes in count as frames here.',
    example: '-c 1M',
  },
  rate: {
    name: 'rate',
    short: 'r',
    value: 'N',
    group: 'Frames',
    fallback: '1000',
    parse: decimal({ above: 0, expected: 'a number greater than 0, such as 40 or 0.5' }),
    brief: 'Frames per second of event time',
    detail: 'Says how long a time the frames span, not how fast they are written.',
    example: '-r 40',
  },
  users: {
    name: 'users',
    short: 'n',
    value: 'N',
    group: 'Frames',
    fallback: '100000',
    parse: wholeNumber({ from: 1 }),
    brief: 'Number of users to draw from',
    detail: 'A user is drawn for each frame, so that not all of them need to appear.',
    example: '-n 5000',
  },
  groups: {
    name: 'groups',
    value: 'KEY=N[,KEY=N…]',
    group: 'Frames',
    fallback: 'none',
    parse: groupList,
    brief: 'Keys to split frames by, with so many values each',
    detail:
      'Few values are frequent and many are rare. Of some frames the key is null, or missing; ' +
      'that is one group. `--truth` has users and frames of every group, and of all keys together.',
    example: '--groups country=200,page=50000',
  },
  start: {
    name: 'start',
    value: 'TIME',
    group: 'Frames',
    fallback: '1468244384',
    parse: time,
    brief: 'Event time of the first frame',
    detail: 'Unix seconds or RFC 3339.',
    example: '--start 2016-07-11T13:39:00Z',
  },
  seed: {
    name: 'seed',
    short: 's',
    value: 'N',
    group: 'Frames',
    fallback: '1',
    parse: wholeNumber({ from: 0, to: 2 ** 32 - 1 }),
    brief: 'Seed of everything random',
    detail: 'The same options and the same seed give the same bytes.',
    example: '-s 42',
  },
  kilobytes: {
    name: 'kilobytes',
    short: 'l',
    value: 'N',
    group: 'Size',
    fallback: '2',
    parse: wholeNumber({ from: 1, to: 16 * 1024 }),
    brief: 'Size of a frame in kB, about',
    detail: 'A kB is 1,024 bytes. For other sizes see `--frame-bytes`.',
    example: '-l 4',
  },
  frameBytes: {
    name: 'frame-bytes',
    value: 'N',
    group: 'Size',
    parse: wholeNumber({ from: 1, to: 16 * 1024 * 1024 }),
    brief: 'Size of a frame in bytes, about, instead of -l',
    detail: 'A frame is never shorter than its time and user id need.',
    example: '--frame-bytes 200',
  },
  crlf: {
    name: 'crlf',
    short: 'w',
    group: 'Size',
    fallback: 'false',
    parse: flag,
    brief: 'End lines with CR LF',
    detail: 'As files from Windows do.',
    example: '-w',
  },
  delay: {
    name: 'delay',
    short: 'd',
    value: 'SECONDS',
    group: 'Hostility',
    fallback: '0',
    parse: decimal({ from: 0, to: 1e9, expected: 'a number of seconds, such as 30' }),
    brief: 'Delay some frames by up to this long',
    detail: 'How many of them, says `--delay-percent`.',
    example: '-d 30',
  },
  delayPercent: {
    name: 'delay-percent',
    short: 'p',
    value: 'PERCENT',
    group: 'Hostility',
    fallback: '10',
    parse: percent,
    brief: 'Share of the frames that are delayed',
    detail: 'Without effect unless `--delay` says how long.',
    example: '-d 30 -p 0.1',
  },
  broken: {
    name: 'broken',
    value: 'PERCENT',
    group: 'Hostility',
    fallback: '0',
    parse: percent,
    brief: 'Mix in malformed lines and wrong clocks',
    detail: 'The share of the lines that are broken in one way or another.',
    example: '--broken 1',
  },
  out: output.out,
  gz: {
    name: 'gz',
    group: 'Output',
    fallback: 'false',
    parse: flag,
    brief: 'Compress with gzip',
    detail: 'The name of the file has no say in it.',
    example: '--gz -o stream.jsonl.gz',
  },
  truth: {
    name: 'truth',
    value: 'FILE',
    group: 'Output',
    parse: file,
    brief: 'Write the exact answer for every window to FILE',
    detail: 'JSON, in UTC, from what was drawn: no counter of this toolkit takes part.',
    example: '--truth stream.truth.json',
  },
  progress: reporting.progress,
}
