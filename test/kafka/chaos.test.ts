/** A few kills of `npm run chaos -- --kafka`, with another stream each time. */
import { after, before, test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import { inWords, newTally } from '../chaos/tally.ts'
import { killTopics } from '../chaos/topics.ts'
import { type Broker, ownSkipReason, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import { seed, seedHint } from '../support/seed.ts'

const options = { skip: ownSkipReason }
let broker: Broker

before(async () => {
  if (ownSkipReason === false) broker = await startBroker()
})
after(() => broker?.stop())

test(
  'killed at any moment, a reader of what is committed sees each line once',
  options,
  async (t) => {
    t.diagnostic(seedHint)
    const tally = newTally()
    await withFolder((folder) => {
      const how = { delivery: 'exactly-once', to: 'topic' } as const
      return killTopics(seededRandom(seed), { broker, kills: 3, folder, tally, ...how })
    })
    t.diagnostic(inWords(tally))
  },
)
