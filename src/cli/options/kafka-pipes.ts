/** Options of uc-from-kafka and uc-to-kafka alone. */
import { parseDuration } from '../../time/duration.ts'
import type { Option } from '../option.ts'
import { flag, key } from '../values.ts'

export type FromKafkaOnlyOptions = {
  readonly partitions: Option<readonly number[] | undefined>
  readonly plain: Option<boolean>
}

export type ToKafkaOnlyOptions = {
  readonly key: Option<readonly string[] | undefined>
  readonly linger: Option<number>
}

export const fromKafkaOnly: FromKafkaOnlyOptions = {
  partitions: {
    name: 'partitions',
    value: 'N,N…',
    group: 'Kafka',
    parse: partitions,
    brief: 'Read these partitions',
    detail: 'Without it the processes of the group share them all.',
    example: '--partitions 0,3',
  },
  plain: {
    name: 'plain',
    group: 'Kafka',
    fallback: 'false',
    parse: flag,
    brief: 'Write values only, for programs other than uc',
    detail: 'Without the control lines that tell uc-extract partitions and offsets.',
    example: '--plain',
  },
}

export const toKafkaOnly: ToKafkaOnlyOptions = {
  key: {
    name: 'key',
    value: 'KEY,KEY…',
    group: 'Kafka',
    fallback: 'auto',
    parse: keys,
    brief: 'Fields of the line that make the key of the message',
    detail: 'With a slash between them. `auto` is `window,start` for result lines, and none for ' +
      'others.',
    example: '--key user.id',
  },
  linger: {
    name: 'linger',
    value: 'DURATION',
    group: 'Kafka',
    fallback: '0s',
    parse: parseDuration,
    brief: 'Wait so long for more lines before sending',
    detail: 'While one batch is on its way the next one gathers anyway.',
    example: '--linger 50ms',
  },
}

function partitions(text: string): readonly number[] {
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text)) {
    throw new Error('expected numbers of partitions, such as 0,3')
  }
  return text.split(',').map(Number)
}

function keys(text: string): readonly string[] | undefined {
  return text === 'auto' ? undefined : text.split(',').map(key)
}
