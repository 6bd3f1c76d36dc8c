/** uc-from-kafka: the messages of topics as lines, and marks that say which partition they are of. */
import { UcError } from '../../errors.ts'
import type { Outcome } from '../../io/drive.ts'
import { asAsked } from '../../kafka/assigner.ts'
import { Committer } from '../../kafka/committer.ts'
import type { ConnectionConfig } from '../../kafka/connection.ts'
import type { ReaderMessage } from '../../kafka/outlet.ts'
import { TopicReader } from '../../kafka/reader.ts'
import type { Position } from '../../kafka/reader-options.ts'
import { partitionsOf } from '../../kafka/topics.ts'
import { fromKafka, type FromKafkaOptions } from '../commands.ts'
import { settle } from '../kafka-connection.ts'
import type { Parsed, Values } from '../option.ts'
import { kafkaRead } from '../options/kafka.ts'
import { valueOfText } from '../text-value.ts'
import { outputPlan } from '../plan.ts'
import { inWords, type KafkaSession, kafkaSession } from './kafka-session.ts'
import { PipeWriter } from './pipe-writer.ts'
import { type Session, withSession } from './session.ts'

interface Parts extends Omit<KafkaSession, 'close'> {
  readonly topics: readonly string[]
  readonly consumer: ConnectionConfig['consumer']
  readonly session: Session
}

export async function runFromKafka(parsed: Parsed<FromKafkaOptions>): Promise<number> {
  const { values, connection } = settle(fromKafka.options, parsed)
  const topics = parsed.files.length > 0 ? parsed.files : [values.topic]
  for (const topic of topics) valueOfText(kafkaRead.topic, topic, 'argument')
  const refusesNothing = { strict: false, rejects: undefined }
  const place = { ...connection, topic: topics.join(), group: values.group }
  const options = {
    command: 'uc-from-kafka',
    plan: outputPlan({ ...parsed, values: { ...values, ...refusesNothing } }),
    isStrict: false,
    inputs: { identities: new Set<string>(), totalBytes: undefined },
    memory: { remedy: 'lower fetch.max.bytes and max.partition.fetch.bytes, by --kafka-config' },
    inWords: (error: unknown) => inWords(error, place),
  }
  return await withSession(options, async (session) => {
    const { close, ...kafka } = await kafkaSession(session, connection)
    for (const topic of topics) {
      const count = await session.during(partitionsOf({ ...kafka, topic }))
      const missing = values.partitions?.find((partition) => partition >= count)
      if (missing !== undefined) throw noPartition({ topic, missing, count })
    }
    const parts = { ...kafka, topics, consumer: connection.consumer, session }
    const outcome = await writeMessages(values, parts)
    await close()
    return outcome
  })
}

/** Offsets are stored when their lines have been written. */
async function writeMessages(
  { group, startAt, stopAt, partitions, plain }: Values<FromKafkaOptions>,
  { topics, consumer, session, ...kafka }: Parts,
): Promise<Outcome> {
  const reader = new TopicReader({
    ...kafka,
    topics,
    group,
    consumer,
    startAt,
    stopAt,
    assigner: partitions === undefined ? undefined : asAsked(partitions),
  })
  const { ledger } = session
  const positions = new Map<number, Position>()
  const committer = new Committer(reader, () => positions)
  const writer = new PipeWriter<ReaderMessage>({
    ledger,
    put(message, lines) {
      if (message.type === 'lines') {
        ledger.lines += message.count
        ledger.frames += message.count
        positions.set(message.source, { offset: message.next, metadata: '' })
        lines.raw(message.lines)
      } else if (!plain && message.type !== 'resumption') {
        lines.control(message)
      }
    },
  })
  try {
    if (!plain) await writer.begin({ from: 'from-kafka' })
    return await session.run<ReaderMessage, ReaderMessage>({
      input: reader.messages(),
      // The tick is for offsets: they are stored while nothing comes, too
      stage: { push: (message, emit) => emit(message), end() {}, stop() {}, tick() {} },
      delivery: {
        take: (message) => writer.take(message),
        async flush() {
          await writer.flushAll()
          await session.sending(committer.commitIfDue())
        },
        discard: () => writer.discard(),
        async close(outcome) {
          if (outcome.failure === undefined) await session.sending(committer.commit())
          if (!plain) await writer.close(outcome)
        },
      },
    })
  } finally {
    await session.closing(reader.close())
  }
}

function noPartition(
  { topic, missing, count }: { topic: string; missing: number; count: number },
): UcError {
  const end = `--partitions: topic "${topic}" has no partition ${missing}; expected up to `
  return new UcError('failed', `${end}${count - 1}`)
}
