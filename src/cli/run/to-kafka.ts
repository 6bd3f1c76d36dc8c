/** uc-to-kafka: lines of standard input to a topic. */
import { Buffer } from 'node:buffer'
import { UcError } from '../../errors.ts'
import { inspectInputs, readInput } from '../../io/input.ts'
import { Sender } from '../../kafka/sender.ts'
import { partitionsOf } from '../../kafka/topics.ts'
import { messageKeysStage } from '../../stages/message-keys.ts'
import { toKafka, type ToKafkaOptions } from '../commands.ts'
import { settle } from '../kafka-connection.ts'
import { newTopic } from '../kafka-plan.ts'
import type { Parsed } from '../option.ts'
import { kafkaWrite } from '../options/kafka.ts'
import { outputPlan } from '../plan.ts'
import { inWords, kafkaSession } from './kafka-session.ts'
import { extractedFrames } from './plans.ts'
import { Session } from './session.ts'

export async function runToKafka(parsed: Parsed<ToKafkaOptions>): Promise<number> {
  const { values, connection } = settle(toKafka.options, parsed)
  const [topic] = parsed.files
  if (topic === undefined) throw new UcError('usage', 'topic missing; expected its name')
  kafkaWrite.resultTopic.parse(topic)
  const create = newTopic(values)
  const session = new Session({
    command: 'uc-to-kafka',
    plan: outputPlan(parsed),
    isStrict: values.strict,
    inputs: inspectInputs(['-']),
  })
  const { ledger, progress } = session
  try {
    const { close, ...kafka } = await kafkaSession('uc-to-kafka', connection)
    await partitionsOf({ ...kafka, topic, create })
    const { compression, linger: lingerMs, key } = values
    const sender = new Sender({ ...kafka, topic, compression, lingerMs })
    await sender.connect()
    const outcome = await session.run({
      input: bytesOnly(readInput({ files: ['-'], onBytes: progress.bytes })),
      stage: messageKeysStage({ key, maxLineBytes: extractedFrames.maxLineBytes, ledger }),
      lineBreak: Uint8Array.of(0x0a),
      follows: 'always',
      take(message) {
        if (message.type === 'reject') session.reject(message)
        else sender.add({ key: message.key, value: Buffer.from(message.value.buffer) })
      },
      flush: () => sender.pass(),
    })
    await sender.flush()
    await sender.close()
    await close()
    const place = { ...connection, topic }
    return session.close({ ...outcome, failure: inWords(outcome.failure, place) })
  } catch (error) {
    throw inWords(error, { ...connection, topic })
  }
}

async function* bytesOnly(input: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const message of input) {
    if (message instanceof Uint8Array) yield message
  }
}
