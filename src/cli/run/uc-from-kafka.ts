/** uc-from-kafka: the messages of topics as lines, and marks that say which partition they are of. */
import { UcError } from '../../errors.ts'
import type { Outcome } from '../../io/drive.ts'
import { grouped } from '../../io/result-format.ts'
import { asAsked } from '../../kafka/reading/assigner.ts'
import { Committer } from '../../kafka/reading/committer.ts'
import type { ReaderMessage } from '../../kafka/reading/outlet.ts'
import { TopicReader } from '../../kafka/reading/reader.ts'
import { partitionsOf } from '../../kafka/brokers/topics.ts'
import type { FromKafkaPlan } from '../kafka-plan.ts'
import { inWords, type KafkaSession, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { PipeWriter } from './pipe-writer.ts'
import { type Session, withSession } from './session.ts'

interface Parts extends Omit<KafkaSession, 'close'> {
  readonly session: Session
}

export async function run(plan: FromKafkaPlan): Promise<number> {
  const { connection, topics, group, partitions } = plan
  const place = { ...connection, topic: topics.join(), group }
  const options = {
    command: 'uc-from-kafka',
    plan: plan.output,
    isStrict: false,
    memory: { remedy: 'lower fetch.max.bytes and max.partition.fetch.bytes, by --kafka-config' },
    inWords: (error: unknown) => inWords(error, place),
  }
  return await withSession(options, async (session) => {
    const { close, ...kafka } = await kafkaSession(session, connection)
    for (const topic of topics) {
      const count = await session.during(partitionsOf({ ...kafka, topic }))
      const missing = partitions?.find((partition) => partition >= count)
      if (missing !== undefined) throw noPartition({ topic, missing, count })
    }
    const outcome = await writeMessages(plan, { ...kafka, session })
    await close()
    return outcome
  })
}

/** Offsets are stored when their lines have been written. */
async function writeMessages(
  { connection: { consumer }, topics, group, startAt, stopAt, partitions, plain }: FromKafkaPlan,
  { session, ...kafka }: Parts,
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
  const account = ledger.open({ lines: 0, frames: 0 })
  session.progress.also(() => `${grouped(reader.lag)} messages behind`)
  const positions = new Map<number, number>()
  const committer = new Committer(reader, { positions: () => positions, say: kafka.say })
  const writer = new PipeWriter<ReaderMessage>({
    ledger,
    put(message, lines) {
      if (message.type === 'lines') {
        account.lines += message.count
        account.frames += message.count
        positions.set(message.source, message.next)
        lines.raw(message.lines)
      } else if (!plain) {
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
