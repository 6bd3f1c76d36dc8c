/** Mends what kafkajs (2.2) makes of the answers of brokers, by parts of it that are not public. */
import { createRequire } from 'node:module'
import { type FetchedPartition, hideAborted } from './committed-messages.ts'
import { type FetchAnswer, showEmptied } from './emptied-batches.ts'

interface Broker {
  fetch(this: Broker, request: unknown): Promise<{
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[]
  }>
}

interface FetchResponse {
  decode(raw: Uint8Array): Promise<FetchAnswer>
}

let isMended = false

/** For all consumers of this process from now on. */
export function mendFetchAnswers(): void {
  if (isMended) return
  isMended = true
  const require = createRequire(import.meta.url)
  const { prototype } = require('kafkajs/src/broker/index.js') as { readonly prototype: Broker }
  const { fetch } = prototype
  prototype.fetch = async function (request) {
    const answer = await fetch.call(this, request)
    for (const { partitions } of answer.responses) partitions.forEach(hideAborted)
    return answer
  }
  const response = require(
    'kafkajs/src/protocol/requests/fetch/v11/response.js',
  ) as FetchResponse
  const { decode } = response
  response.decode = async (raw) => {
    const answer = await decode(raw)
    showEmptied(answer, raw)
    return answer
  }
}
