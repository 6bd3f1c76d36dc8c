/** uc-to-kafka: lines of standard input to a topic. */
import { Buffer } from 'node:buffer'
import { inspectInputs, readInput } from '../../io/input.ts'
import { Sender } from '../../kafka/writing/sender.ts'
import { partitionsOf } from '../../kafka/brokers/topics.ts'
import { type KeyedLine, messageKeysStage } from '../../stages/message-keys.ts'
import type { ToKafkaPlan } from '../kafka-plan.ts'
import { extractedFrames } from '../plan.ts'
import { inWords, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { withSession } from './session.ts'

export async function run(plan: ToKafkaPlan): Promise<number> {
  const { connection, topic, create, compression, lingerMs, key } = plan
  const options = {
    command: 'uc-to-kafka',
    plan: plan.output,
    isStrict: plan.strict,
    inputs: inspectInputs(['-']),
    memory: { remedy: 'use a smaller --linger, so that fewer messages wait' },
    inWords: (error: unknown) => inWords(error, { ...connection, topic }),
  }
  return await withSession(options, async (session) => {
    const { ledger, progress } = session
    const { close, ...kafka } = await kafkaSession(session, connection)
    await session.during(partitionsOf({ ...kafka, topic, create }))
    const sender = new Sender({ ...kafka, topic, compression, lingerMs })
    await session.during(sender.connect())
    const outcome = await session.run<Uint8Array, KeyedLine>({
      input: bytesOnly(
        readInput({ files: ['-'], onBytes: progress.bytes, onWarning: session.say }),
      ),
      // The tick is for failures: one is told while nothing comes, too
      stage: {
        ...messageKeysStage({ key, maxLineBytes: extractedFrames.maxLineBytes, ledger }),
        tick() {},
      },
      lineBreak: Uint8Array.of(0x0a),
      ending: session.endingOf('always'),
      delivery: {
        take: ({ key, value }) => sender.add({ key, value: Buffer.from(value.buffer) }),
        flush: () => session.sending(sender.pass()),
        discard() {},
        close: () => session.sending(sender.flush()),
      },
    })
    await session.closing(sender.close())
    await close()
    return outcome
  })
}

async function* bytesOnly(input: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const message of input) {
    if (message instanceof Uint8Array) yield message
  }
}
