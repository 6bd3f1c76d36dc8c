/**
 * uc-pipeline --kafka on a topic that grows, disturbed until it has been killed often enough: what it
 * has written is what a run writes that nobody disturbs.
 */
import { join } from 'node:path'
import { jumpedRandom, pick, type Random } from '../../src/generate/random.ts'
import type { Broker } from '../support/broker.ts'
import { freshName, kill } from '../support/kafka-runs.ts'
import type { Running } from '../support/running.ts'
import { newTopic } from '../support/topics.ts'
import { Disturbances } from './disturbances.ts'
import { Feeder } from './feeder.ts'
import { clientConfig, stateTopic } from './group-flags.ts'
import { fileOutput, type Output, topicOutput } from './outputs.ts'
import { type Delivery, difference } from './result-lines.ts'
import type { Tally } from './tally.ts'
import { randomTopicStream } from './topic-stream.ts'

export interface TopicChaos {
  readonly broker: Broker
  readonly kills: number
  readonly delivery: Delivery
  /** A file is appended to. */
  readonly to: 'topic' | 'file'
  /** Empty. */
  readonly folder: string
  readonly tally: Tally
  /** Takes what happens, line by line. */
  tell?(text: string): void
}

/** What a kill takes, about: the frames are written over so long. */
const msPerKill = 3000
/** So many kills before they are needed. */
const killsAhead = 2
const framesPerKill = 800
const fewestFrames = 3000

/** Of the processes of a failure. */
const shownCharacters = 2000

/** Throws what differs. */
export async function killTopics(random: Random, chaos: TopicChaos): Promise<void> {
  const { broker, kills, delivery, folder, tally } = chaos
  const frames = fewestFrames + kills * framesPerKill
  const { partitions, messages, flags } = randomTopicStream(random, frames)
  const topic = await newTopic(broker.brokers, { partitions })
  const sessionMs = pick(random, [2000, 2000, 3000, 6000])
  const config = clientConfig(random, { folder, sessionMs })
  const command = [...flags, '--kafka', `--topic=${topic}`, `--kafka-config=${config}`]
  if (delivery === 'at-least-once' && chaos.to === 'topic') command.push('--at-least-once')
  const resultPartitions = pick(random, [1, 1, 3])
  const newOutput = (name: string) => {
    return chaos.to === 'file'
      ? fileOutput(broker, join(folder, name))
      : topicOutput(broker, resultPartitions)
  }
  const [undisturbed, disturbed] = [await newOutput('undisturbed'), await newOutput('disturbed')]
  const group = [`--group=${freshName()}`, ...await stateTopic(random, broker)]
  const often = `--commit-every=${pick(random, ['50ms', '300ms', '1s', '1s'])}`

  const sinceMs = performance.now()
  const told: string[] = []
  const tell = (text: string) => {
    const line = `${((performance.now() - sinceMs) / 1000).toFixed(1)} s: ${text}`
    told.push(line)
    chaos.tell?.(line)
  }
  tell(
    [`${messages.length} frames, session of ${sessionMs} ms:`, ...command, ...group, often].join(
      ' ',
    ),
  )
  const started: Running[] = []
  const start = (output: Output, more: readonly string[]) => {
    const running = output.start([...command, ...more])
    started.push(running)
    return running
  }
  const runToEnd = async (output: Output, more: readonly string[]) => {
    const running = start(output, [...more, '--stop-at=end', '--close'])
    const status = await running.status()
    if (status !== 0) throw new Error(`the last run ended with ${status}: ${running.stderr}`)
  }
  const killedBefore = tally.kills
  const feeder = new Feeder(jumpedRandom(random), {
    brokers: broker.brokers,
    topic,
    messages,
    durationMs: kills * msPerKill,
    share: () => (tally.kills - killedBefore + killsAhead) / kills,
  })
  try {
    await disturbed.watched(async (shown, sent) => {
      const disturbances = new Disturbances({
        broker,
        random,
        tally,
        sessionMs,
        shown,
        sent,
        tell,
        start: () => start(disturbed, [...group, often]),
      })
      while (tally.kills < killedBefore + kills) await disturbances.next()
      await disturbances.end()
    })
    await feeder.end()
    tell('all frames are written')
    await runToEnd(undisturbed, [`--group=${freshName()}`])
    tell('undisturbed, they are counted')
    await runToEnd(disturbed, group)
    tell('disturbed, too')
    tally.aborted += await disturbed.aborted()
    const wrong = difference(await disturbed.lines(), await undisturbed.lines(), delivery)
    if (wrong !== undefined) throw new Error(wrong)
  } catch (error) {
    const written = started.map(({ stderr }, i) => {
      return `process ${i} wrote: ${stderr.slice(-shownCharacters)}`
    })
    const message = error instanceof Error ? error.message : String(error)
    throw new Error([...told, ...written, message].join('\n'), { cause: error })
  } finally {
    await Promise.all([...started.map(kill), feeder.stop()])
  }
}
