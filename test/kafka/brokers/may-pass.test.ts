/** Which failures may pass by themselves, of those that do not say so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayPass } from '../../../src/kafka/brokers/trouble.ts'

/** What `Admin.listTopics` and `fetchTopicMetadata` of kafkajs do with an answer that is none. */
const asks = [
  async () => {
    const { topicMetadata } = await (Promise.resolve(null) as unknown as Promise<
      { readonly topicMetadata: readonly string[] }
    >)
    return topicMetadata
  },
  () => {
    const metadata = JSON.parse('null') as { readonly topicMetadata: readonly string[] }
    return Promise.resolve(metadata.topicMetadata.map((each) => each))
  },
]

test('metadata for which no broker was there may be there later', async () => {
  for (const ask of asks) {
    const error: unknown = await Promise.resolve().then(ask).catch((error: unknown) => error)
    assert.ok(error instanceof TypeError)
    assert.ok(mayPass(error), error.message)
  }
  assert.ok(!mayPass(new TypeError('another is null')))
})
