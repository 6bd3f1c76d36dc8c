/** Options about what is united. */
import { windowName } from '../../time/calendar.ts'
import type { Option } from '../option.ts'
import { flag } from '../values.ts'

export type MergingOptions = {
  readonly to: Option<readonly string[] | undefined>
  readonly disjoint: Option<boolean>
}

export const merging: MergingOptions = {
  to: {
    name: 'to',
    value: 'WINDOWS',
    group: 'Merging',
    parse: (text) => [...new Set(text.split(',').map(windowName))],
    brief: 'Roll finer windows up into these',
    detail:
      'One or more, with commas between. Only these are written: name the finer ones too to ' +
      'keep them. In the zone of the lines; a window that does not consist of whole finer ones is ' +
      'refused.',
    example: '--to hour,day,month',
  },
  disjoint: {
    name: 'disjoint',
    group: 'Merging',
    fallback: 'false',
    parse: flag,
    brief: 'Add users up, as none is in two inputs or partitions',
    detail:
      'For inputs that were split by user: lines need no sketch, and exact counts stay exact. ' +
      'With `--partials` or `--processes`, only for a topic whose messages are keyed by user: ' +
      'numbers travel, not users. Where a user is in two inputs or partitions, he counts twice.',
    example: '--disjoint',
  },
}
