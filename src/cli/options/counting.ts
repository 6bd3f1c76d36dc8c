/** Options that say how users are counted. */
import type { Option } from '../option.ts'
import { flag, oneOf, wholeNumber } from '../values.ts'

export type CountMethod = 'auto' | 'exact' | 'hll'

export type CountingOptions = {
  readonly method: Option<CountMethod>
  readonly exactLimit: Option<number>
  readonly precision: Option<number>
  readonly sketch: Option<boolean>
  readonly partial: Option<boolean>
  readonly shard: Option<string | undefined>
}

const methods = ['auto', 'exact', 'hll'] as const

export const counting: CountingOptions = {
  method: {
    name: 'method',
    value: 'METHOD',
    choices: methods,
    group: 'Counting',
    fallback: 'auto',
    parse: oneOf(methods),
    brief: 'How users are counted',
    detail: '`auto` is exact up to `--exact-limit` users in a window and a HyperLogLog estimate ' +
      'beyond; the others are always the one or the other.',
    example: '--method exact',
  },
  exactLimit: {
    name: 'exact-limit',
    value: 'N',
    group: 'Counting',
    fallback: '1000000',
    parse: wholeNumber({ from: 1 }),
    brief: 'Users in a window up to which counts are exact',
    detail: 'An exact window takes 10 to 20 bytes of memory per user.',
    example: '--exact-limit 50k',
  },
  precision: {
    name: 'precision',
    value: 'N',
    group: 'Counting',
    fallback: '14',
    parse: wholeNumber({ from: 10, to: 18 }),
    brief: 'Estimate with 2^N registers, N from 10 to 18',
    detail: 'The standard error is 1.04 / sqrt(2^N): 1.62 % at 12, 0.81 % at 14, 0.41 % at 16.',
    example: '--precision 16',
  },
  sketch: {
    name: 'sketch',
    group: 'Counting',
    fallback: 'false',
    parse: flag,
    brief: 'Add a sketch of the users to each line',
    detail: 'In base64 the image of an Apache DataSketches HLL sketch of 2^`--precision` ' +
      'registers, which Spark, Java and Python read and unite. Exact counts have one too. ' +
      'A table does not show it.',
    example: '--sketch',
  },
  partial: {
    name: 'partial',
    group: 'Counting',
    fallback: 'false',
    parse: flag,
    brief: 'Add the users to each line, for exact unions',
    detail: 'A `set` in base64: a fingerprint of 64 bits for each user, by which uc-merge unites ' +
      'lines exactly, for 8 to 10 bytes a user (7.6 MB for a million). Where the count is an ' +
      'estimate, beyond `--exact-limit` or by `--method hll`, a `sketch` as with `--sketch`. Not ' +
      'to be mixed up with `--partials`, by which processes share a topic.',
    example: '--partial',
  },
  shard: {
    name: 'shard',
    value: 'NAME',
    group: 'Counting',
    parse: shardName,
    brief: 'Name the part of all frames that is counted here',
    detail: 'It stands in each line, so that uc-merge knows whose it is: lines of one shard and ' +
      'window replace one another, those of different shards are united.',
    example: '--shard eu-1',
  },
}

function shardName(text: string): string {
  if (text === '') throw new Error('expected a name, of a machine or a partition say')
  return text
}
