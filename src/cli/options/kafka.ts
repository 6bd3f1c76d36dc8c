/** Options that say where Kafka is, and which topics and groups are meant. */
import { compressions } from '../../kafka/codecs/compression.ts'
import type { Compression } from '../../kafka/codecs/compression.ts'
import { parseDuration } from '../../time/duration.ts'
import type { Option } from '../option.ts'
import type { StartAt, StopAt } from '../../kafka/reading/offsets.ts'
import { file, flag, oneOf, timeOrDate, wholeNumber } from '../values.ts'

export type KafkaOptions = {
  readonly brokers: Option<readonly string[]>
  readonly kafkaConfig: Option<string | undefined>
  readonly connectTimeout: Option<number>
}

export type KafkaReadOptions = {
  readonly topic: Option<string>
  readonly group: Option<string>
  readonly startAt: Option<StartAt>
  readonly stopAt: Option<StopAt>
}

export type KafkaWriteOptions = {
  readonly resultTopic: Option<string>
  readonly compression: Option<Compression>
  readonly create: Option<number | undefined>
  readonly compact: Option<boolean>
}

/** How uc-pipeline keeps what it counts of a topic. */
export type KafkaStateOptions = {
  readonly stateTopic: Option<string | undefined>
  readonly commitEvery: Option<number>
  readonly atLeastOnce: Option<boolean>
}

/** How processes on several machines count one topic. */
export type KafkaPartialsOptions = {
  readonly partials: Option<boolean>
  readonly partialsTopic: Option<string | undefined>
  readonly processes: Option<number | undefined>
}

/** Whether uc-pipeline reads and writes topics. */
export type KafkaSwitches = {
  readonly kafka: Option<boolean>
  readonly toKafka: Option<boolean>
}

export const kafkaSwitches: KafkaSwitches = {
  kafka: {
    name: 'kafka',
    group: 'Kafka',
    fallback: 'false',
    parse: flag,
    brief: 'Read a topic instead of files',
    detail: 'Each partition is a source with a watermark of its own. One process of the group ' +
      'reads all of them, others stand by; with `--partials` they share them. uc-merge reads what ' +
      'these write, uc-state the state of a group.',
    example: '--kafka',
  },
  toKafka: {
    name: 'to-kafka',
    group: 'Kafka',
    fallback: 'false',
    parse: flag,
    brief: 'Write results to a topic instead of standard output',
    detail: 'The key is window and start, `minute/1468244340`. With `--kafka` the name of the ' +
      'topic may follow.',
    example: '--to-kafka',
  },
}

export const kafka: KafkaOptions = {
  brokers: {
    name: 'brokers',
    value: 'HOST:PORT',
    group: 'Kafka',
    fallback: 'localhost:9092',
    env: 'UC_KAFKA_BROKERS',
    property: 'bootstrap.servers',
    parse: brokers,
    brief: 'Brokers to ask first',
    detail: 'One is enough to find the others of its cluster; more, with commas, serve while one ' +
      'is down.',
    example: '--brokers kafka1:9092,kafka2:9092',
  },
  kafkaConfig: {
    name: 'kafka-config',
    value: 'FILE',
    group: 'Kafka',
    env: 'UC_KAFKA_CONFIG',
    parse: (text) => file(text),
    brief: "A client.properties of Kafka's own tools",
    detail: 'The place for TLS and passwords, in the keys of the Java client: security.protocol, ' +
      'sasl.jaas.config and so on. Stores are PEM.',
    example: '--kafka-config client.properties',
  },
  connectTimeout: {
    name: 'connect-timeout',
    value: 'DURATION',
    group: 'Kafka',
    fallback: '30s',
    parse: parseDuration,
    brief: 'How long to wait for a broker to answer',
    detail: 'What will not pass, a wrong password say, ends the wait at once.',
    example: '--connect-timeout 5s',
  },
}

export const kafkaRead: KafkaReadOptions = {
  topic: {
    name: 'topic',
    value: 'TOPIC',
    group: 'Kafka',
    fallback: 'frames',
    env: 'UC_KAFKA_TOPIC',
    parse: topic,
    brief: 'Topic of the frames',
    detail: 'Each value is a frame. The topic has to be there.',
    example: '--topic frames',
  },
  group: {
    name: 'group',
    value: 'NAME',
    group: 'Kafka',
    fallback: 'uc',
    env: 'UC_KAFKA_GROUP',
    property: 'group.id',
    parse: groupName,
    brief: 'Group whose processes share the work',
    detail: 'It also names what a restart goes on from. That of uc-merge is GROUP-merged.',
    example: '--group uc-eu',
  },
  startAt: {
    name: 'start-at',
    value: 'WHERE',
    group: 'Kafka',
    fallback: 'stored',
    parse: startAt,
    brief: 'Where to begin: stored, beginning, end, or a time',
    detail:
      '`stored` is where the group has stopped, or the beginning where it has never been. A ' +
      'time is that of the messages: unix seconds, RFC 3339, or a date in UTC.',
    example: '--start-at 2016-07-11T13:00:00Z',
  },
  stopAt: {
    name: 'stop-at',
    value: 'WHERE',
    group: 'Kafka',
    fallback: 'never',
    parse: stopAt,
    brief: 'Where to stop: never, end, or a time',
    detail: '`end` is behind the last message that is there at the start. A time is that of the ' +
      'messages.',
    example: '--stop-at end',
  },
}

export const kafkaState: KafkaStateOptions = {
  stateTopic: {
    name: 'state-topic',
    value: 'TOPIC',
    group: 'Kafka',
    env: 'UC_KAFKA_STATE_TOPIC',
    parse: topic,
    brief: 'Topic of the state, from which a restart goes on',
    detail: 'GROUP-state unless named. It is made where it is missing: one partition, compacted.',
    example: '--state-topic uc-eu-state',
  },
  commitEvery: {
    name: 'commit-every',
    value: 'DURATION',
    group: 'Kafka',
    fallback: '1s',
    parse: parseDuration,
    brief: 'How often to commit while no line comes out',
    detail: 'A line is committed at once.',
    example: '--commit-every 10s',
  },
  atLeastOnce: {
    name: 'at-least-once',
    group: 'Kafka',
    fallback: 'false',
    parse: flag,
    brief: 'With --to-kafka: send lines before they are committed',
    detail:
      'After a crash those since the last commit come again, identical. Without it a reader ' +
      'of what is committed sees each once.',
    example: '--at-least-once',
  },
}

export const kafkaPartials: KafkaPartialsOptions = {
  partials: {
    name: 'partials',
    group: 'Kafka',
    fallback: 'false',
    parse: flag,
    brief: 'Share the topic with other processes; uc-merge unites',
    detail:
      'What each partition brings to a window goes to a topic, from which `uc-merge --kafka` ' +
      'makes the lines that one process would write. The processes of the group share the ' +
      'partitions. The name of the topic may follow. It is not `--partial`, for lines of files.',
    example: '--kafka --partials',
  },
  partialsTopic: {
    name: 'partials-topic',
    value: 'TOPIC',
    group: 'Kafka',
    env: 'UC_KAFKA_PARTIALS_TOPIC',
    parse: topic,
    brief: 'Topic of the partial panes',
    detail: 'GROUP-partials unless named. It has to be there, or `--create` of uc-pipeline makes ' +
      'it. With more partitions, more uc-merge processes share the windows.',
    example: '--partials-topic uc-eu-partials',
  },
  processes: {
    name: 'processes',
    value: 'N',
    group: 'Kafka',
    parse: wholeNumber({ from: 1, to: 1000 }),
    brief: 'Count a topic with this many processes, united',
    detail:
      'They share the partitions as with `--partials`, by the topic GROUP-partials, and are ' +
      'started, watched and ended with this one. `--max-memory` is for each; `--rejects` and ' +
      '`--stats` have a file of each too, FILE.1 and so on.',
    example: '--kafka --processes 4',
  },
}

export const kafkaWrite: KafkaWriteOptions = {
  resultTopic: {
    name: 'result-topic',
    value: 'TOPIC',
    group: 'Kafka',
    fallback: 'unique-users',
    env: 'UC_KAFKA_RESULT_TOPIC',
    parse: topic,
    brief: 'Topic of the results',
    detail: 'It has to be there, or `--create` makes it.',
    example: '--result-topic unique-users',
  },
  compression: {
    name: 'compression',
    value: 'CODEC',
    choices: compressions,
    group: 'Kafka',
    fallback: 'zstd',
    property: 'compression.type',
    parse: oneOf(compressions),
    brief: 'How messages are compressed',
    detail:
      '`zstd` makes frames as small as `gzip` does, in a third of its time. `lz4` takes half ' +
      'of that again and leaves them larger by three quarters; on Deno it needs `--allow-read`. ' +
      'Readers need no setting.',
    example: '--compression lz4',
  },
  create: {
    name: 'create',
    value: 'PARTITIONS',
    group: 'Kafka',
    parse: wholeNumber({ from: 1, to: 100_000 }),
    brief: 'Make the topic to write to, if it is not there',
    detail: 'With so many partitions, and the replicas that are usual in the cluster.',
    example: '--create 4',
  },
  compact: {
    name: 'compact',
    group: 'Kafka',
    fallback: 'false',
    parse: flag,
    brief: 'With --create: keep the last message of each key only',
    detail: 'For results: of each window the last line, which is the truth.',
    example: '--create 1 --compact',
  },
}

function startAt(text: string): StartAt {
  if (text === 'stored' || text === 'beginning' || text === 'end') return text
  return placeInTime(text, 'stored, beginning, end')
}

function stopAt(text: string): StopAt {
  if (text === 'never' || text === 'end') return text
  return placeInTime(text, 'never, end')
}

function placeInTime(text: string, words: string): number {
  try {
    return timeOrDate(text).ms
  } catch (cause) {
    throw new Error(`expected ${words} or a time such as 2016-07-11T13:00:00Z`, { cause })
  }
}

/** Whether there are such hosts is seen when they are asked. */
function brokers(text: string): readonly string[] {
  const list = text.split(',').map((each) => each.trim())
  const isRight = (each: string) => {
    const port = Number(/^(?:[^\s:/]+|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(each)?.[1])
    return port > 0 && port < 65536
  }
  if (!list.every(isRight)) throw new Error('expected HOST:PORT, or several with commas')
  return list
}

/** Kafka's own rule. */
function topic(text: string): string {
  if (!/^[\w.-]{1,249}$/.test(text) || text === '.' || text === '..') {
    throw new Error('expected the name of a topic: letters, digits, ".", "_" and "-"')
  }
  return text
}

function groupName(text: string): string {
  if (text === '') throw new Error('expected the name of a group')
  return text
}
