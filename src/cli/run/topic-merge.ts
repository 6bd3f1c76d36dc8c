/** uc-merge with a topic: partial panes of many processes in, the lines of one out. */
import { inWords, kafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { partitionsOf } from '../../kafka/brokers/topics.ts'
import { shownName } from '../../io/file-name.ts'
import { countingStage } from '../../pipeline.ts'
import type { CountOut } from '../../stages/count.ts'
import { uniteStage } from '../../stages/unite.ts'
import { loadZones } from '../../time/zone.ts'
import type { MergeRun, UnitedTopics } from '../merge-plan.ts'
import { refuseUnited, unitedPlan } from '../united-plan.ts'
import { countTopic } from './count-topic.ts'
import { withSession } from './session.ts'
import { everything, outOf, taken } from './topic-out.ts'
import type { Counted, OfShare } from './topic-run.ts'

/** For a command that starts those who write the panes, too. */
export interface MergeFor {
  readonly command: string
  /** When it resolves, nothing more is written: the run ends behind what is there. */
  readonly until?: Promise<unknown>
}

export async function runTopicMerge(
  { output, strict }: MergeRun,
  { connection, read, write, create }: UnitedTopics,
  { command, until }: MergeFor = { command: 'uc-merge' },
): Promise<number> {
  const { topic, group } = read!
  const place = { ...connection, topic, group }
  const options = {
    command,
    plan: output,
    isStrict: strict,
    kept: everything,
    inWords: (error: unknown) => inWords(error, place),
  }
  const zoneNamed = await loadZones()
  return await withSession(options, async (session) => {
    const { close, ...kafka } = await kafkaSession(session, connection)
    const partitions = await session.during(partitionsOf({ ...kafka, topic, create }))
    const out = await outOf(output, { write, place }, { kafka, session })
    const file = output.out === undefined ? 'standard output' : shownName(output.out)
    const to = write === undefined ? file : `topic ${write.topic}`
    kafka.say(
      `unites topic ${topic} (${partitions} partitions) as group ${group}, writes ${to}, ` +
        `brokers ${connection.brokers.join(',')}`,
    )
    const newStages = ({ ledger, memory }: OfShare): Counted<CountOut> => {
      const stage = uniteStage({
        newCount(text) {
          const plan = { ...unitedPlan(text, zoneNamed), earlyMs: output.earlyMs }
          refuseUnited(plan, write !== undefined)
          const counts = countingStage(plan, { ledger, memory })
          const { calendar, isDisjoint = false, breakdowns = [] } = plan
          return { counts, calendar, isDisjoint, breakdowns }
        },
        ledger,
        say: kafka.say,
      })
      return { stage, openWindows: () => stage.openWindows, ...taken(out) }
    }
    const results = 'results' in out ? out.results : undefined
    const reading = { ...read!, consumer: connection.consumer }
    const parts = { read: reading, kafka, session, ownsAll: false, newStages, results, until }
    const outcome = await countTopic(parts, place)
    await close()
    return outcome
  })
}
