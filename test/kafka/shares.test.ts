/** A few kills of `npm run chaos -- --processes 3`, with another stream each time. */
import { after, before, test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import { killShares } from '../chaos/shares.ts'
import { newSharesTally, sharesInWords } from '../chaos/shares-tally.ts'
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
  'processes that share a topic and are killed at any moment bring what one alone would',
  options,
  async (t) => {
    t.diagnostic(seedHint)
    const tally = newSharesTally()
    await withFolder((folder) => {
      return killShares(seededRandom(seed), { broker, kills: 2, processes: 3, folder, tally })
    })
    t.diagnostic(sharesInWords(tally))
  },
)
