/** Options that split counts into groups. */
import type { Option, RepeatableOption } from '../option.ts'
import { flag, keyList, wholeNumber } from '../values.ts'

/** Of who reads frames. */
export type GroupKeyOptions = {
  readonly by: RepeatableOption<readonly string[]>
}

/** Of who writes lines. */
export type GroupLinesOptions = {
  readonly top: Option<number | undefined>
  readonly maxGroups: Option<number>
  readonly total: Option<boolean>
}

export const groupKeys: GroupKeyOptions = {
  by: {
    name: 'by',
    value: 'KEY[,KEY…]',
    group: 'Groups',
    repeatable: true,
    parse: keyList,
    brief: 'Count by the values of these keys too; repeatable',
    detail:
      'Beside the total each window has a line for every group, with `"by":{"country":"CH"}`. ' +
      'Several keys with commas between split by all of them together; given several times, each ' +
      'makes a breakdown of its own in the same pass. Keys are named as in `--uid-key`; a frame ' +
      'without one is in the group `null`. Users are unique in each group.',
    example: '--by country --by country,device',
  },
}

export const groupLines: GroupLinesOptions = {
  top: {
    name: 'top',
    value: 'N',
    group: 'Groups',
    parse: wholeNumber({ from: 1 }),
    brief: 'Write only the N groups with most users',
    detail:
      'Of each window and breakdown; ties go by name. The others share a line, with its own unique ' +
      'users, whose keys are all `{"others":true}`. A group that has had a line keeps it when ' +
      'revisions bring others to the top.',
    example: '--top 20',
  },
  maxGroups: {
    name: 'max-groups',
    value: 'N',
    group: 'Groups',
    fallback: '100000',
    parse: wholeNumber({ from: 1 }),
    brief: 'Groups that a window and breakdown may have',
    detail: 'The first to come are told apart; further ones go to the line of the others.',
    example: '--max-groups 1M',
  },
  total: {
    name: 'total',
    group: 'Groups',
    fallback: 'true',
    parse: flag,
    brief: 'Write no lines of all frames, only those of groups',
    detail: 'Else they stand beside those of `--by`.',
    example: '--no-total',
  },
}
