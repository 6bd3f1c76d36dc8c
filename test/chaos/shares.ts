/**
 * uc-pipeline --partials in several processes on a topic that grows, and uc-merge that unites what
 * they count, disturbed until they have been killed often enough: the lines are those that one
 * process writes which counts the topic alone, and which nobody disturbs.
 */
import { happens, jumpedRandom, pick, type Random } from '../../src/generate/random.ts'
import type { Broker } from '../support/broker.ts'
import { freshName, kill, startKafka, until } from '../support/kafka-runs.ts'
import type { Running } from '../support/running.ts'
import { newTopic, readTopic, withAdmin } from '../support/topics.ts'
import { withArrivalsIn } from './arrivals.ts'
import { Feeder } from './feeder.ts'
import { clientConfig, stateTopic } from './group-flags.ts'
import { topicOutput } from './outputs.ts'
import { difference } from './result-lines.ts'
import { type Role, SharedDisturbances } from './shared-disturbances.ts'
import type { SharesTally } from './shares-tally.ts'
import { randomTopicStream } from './topic-stream.ts'

export interface SharesChaos {
  readonly broker: Broker
  readonly kills: number
  /** Most that count. */
  readonly processes: number
  /** Empty. */
  readonly folder: string
  readonly tally: SharesTally
  /** Takes what happens, line by line. */
  tell?(text: string): void
}

/** What a kill takes, about: the frames are written over so long. */
const msPerKill = 5000
/** So many kills before they are needed. */
const killsAhead = 2
const framesPerKill = 800
const fewestFrames = 3000
const mostUniting = 2

/** In which all that was written has to be counted, when nothing happens any more. */
const restMs = 120_000

/** Of the processes of a failure. */
const shownCharacters = 2000

/** Throws what differs. */
export async function killShares(random: Random, chaos: SharesChaos): Promise<void> {
  const { broker, kills, processes, folder, tally } = chaos
  const { brokers } = broker
  const frames = fewestFrames + kills * framesPerKill
  const { partitions, messages, flags } = randomTopicStream(random, frames)
  const topic = await newTopic(brokers, { partitions })
  const partialPartitions = pick(random, [1, 3])
  const partials = await newTopic(brokers, { partitions: partialPartitions })
  const sessionMs = pick(random, [2000, 2000, 3000, 6000])
  const fetchBytes = pick(random, [50_000, 1_048_576]) // with less the states take long
  const config = clientConfig(random, { folder, sessionMs, fetchBytes })
  const resultPartitions = pick(random, [1, 3])
  const undisturbed = await topicOutput(broker, resultPartitions)
  const united = await topicOutput(broker, resultPartitions, 'uc-merge')
  const groups: Record<Role, string> = { counts: freshName(), unites: freshName() }
  const often = () => `--commit-every=${pick(random, ['50ms', '300ms', '1s'])}`
  /** Seldom, since what is emptied is passed an offset at a time, which takes long. */
  const compacted = async (partitions: number) => {
    return happens(random, 30) ? await stateTopic(random, broker, partitions) : []
  }
  const connected = [`--kafka-config=${config}`, '--kafka']
  const reading = [...flags, ...connected, `--topic=${topic}`]
  const commands: Record<Role, readonly string[]> = {
    counts: [
      ...reading,
      '--partials',
      `--partials-topic=${partials}`,
      `--group=${groups.counts}`,
      ...await compacted(partitions),
      often(),
    ],
    unites: [
      ...connected,
      `--partials-topic=${partials}`,
      `--group=${groups.unites}`,
      ...await compacted(partialPartitions),
      often(),
    ],
  }

  const sinceMs = performance.now()
  const told: string[] = []
  const tell = (text: string) => {
    const line = `${((performance.now() - sinceMs) / 1000).toFixed(1)} s: ${text}`
    told.push(line)
    chaos.tell?.(line)
  }
  tell(`${messages.length} frames in ${partitions} partitions, session of ${sessionMs} ms`)
  tell(`uc-pipeline ${commands.counts.join(' ')}`)
  tell(`${partialPartitions} partitions of partial panes: uc-merge ${commands.unites.join(' ')}`)
  const started: Running[] = []
  const noted = (running: Running) => {
    started.push(running)
    return running
  }
  const start = (role: Role, more: readonly string[] = []) => {
    const args = [...commands[role], ...more]
    return noted(
      role === 'unites' ? united.start(args) : startKafka(broker, ['uc-pipeline', ...args]),
    )
  }
  const ended = async (running: Running) => {
    const status = await running.status()
    if (status !== 0) throw new Error(`the last run ended with ${status}: ${running.stderr}`)
  }
  const killedBefore = tally.kills
  const feeder = new Feeder(jumpedRandom(random), {
    brokers,
    topic,
    messages,
    durationMs: kills * msPerKill,
    share: () => (tally.kills - killedBefore + killsAhead) / kills,
  })
  try {
    const ofPartials = { brokers, topic: partials, isolation: 'read_uncommitted' } as const
    await withArrivalsIn({ ...ofPartials, nameOf: (line) => line }, (counted) => {
      return united.watched(async (shown, sent) => {
        const disturbances = new SharedDisturbances({
          broker,
          random,
          tally,
          sessionMs,
          most: { counts: processes, unites: mostUniting },
          shown,
          sent: { counts: counted, unites: sent },
          tell,
          start,
        })
        while (tally.kills < killedBefore + kills) await disturbances.next()
        await disturbances.rest()
        tell('nothing happens any more')
        const restedMs = performance.now()
        await feeder.end()
        tell('all frames are written')
        await until('all frames are counted', () => {
          return isRead(brokers, { group: groups.counts, topic })
        }, restMs)
        tell('all frames are counted')
        await until('all partial panes are united', () => {
          return isRead(brokers, { group: `${groups.unites}-merged`, topic: partials })
        }, restMs)
        tell('all partial panes are united')
        tally.calmMs.push(performance.now() - restedMs)
        await disturbances.end()
        tell('all processes have ended')
      })
    })
    const alone = [...reading, `--group=${freshName()}`, '--stop-at=end', '--close']
    await ended(noted(undisturbed.start(alone)))
    tell('undisturbed, they are counted')
    await ended(start('counts', ['--stop-at=end', '--close']))
    await ended(start('unites', ['--stop-at=end']))
    tell('disturbed, too')
    tally.aborted += await united.aborted() + await abortedIn(brokers, partials)
    const [found, expected] = [await united.lines(), await undisturbed.lines()]
    const wrong = difference(found, expected, 'exactly-once', 'windows')
    if (wrong !== undefined) throw new Error(wrong)
    tell(`${expected.length} lines`)
  } catch (error) {
    const written = started.map(({ child, stderr }) => {
      return `process ${child.pid} wrote: ${stderr.slice(-shownCharacters)}`
    })
    const message = error instanceof Error ? error.message : String(error)
    throw new Error([...told, ...written, message].join('\n'), { cause: error })
  } finally {
    await Promise.all([...started.map(kill), feeder.stop()])
  }
}

/** Whether a group has stored that it has read all there is. */
async function isRead(
  brokers: string,
  { group, topic }: { readonly group: string; readonly topic: string },
): Promise<boolean> {
  const ends = new Map<number, number>()
  for (const { partition, offset } of await readTopic(brokers, topic)) {
    ends.set(partition, Number(offset) + 1)
  }
  return await withAdmin(brokers, async (admin) => {
    const [stored] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    const offsets = new Map(stored!.partitions.map((each) => [each.partition, Number(each.offset)]))
    return [...ends].every(([partition, end]) => offsets.get(partition)! >= end)
  })
}

async function abortedIn(brokers: string, topic: string): Promise<number> {
  const sent = await readTopic(brokers, topic, { isolation: 'read_uncommitted' })
  return sent.length - (await readTopic(brokers, topic)).length
}
