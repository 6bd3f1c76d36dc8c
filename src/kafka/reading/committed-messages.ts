/**
 * Which messages of a fetch are of transactions that were aborted. kafkajs (2.2) finds them by a list
 * that it takes for sorted, which brokers do not promise, and takes one of the list a message: where
 * several producers write to a partition, it gives out what was never committed. So its answers are
 * looked through before it does.
 * (As Kafka's own consumer does, CompletedFetch.consumeAbortedTransactionsUpTo)
 */
/** As kafkajs decodes it, markers at the ends of transactions among them. */
export interface FetchedMessage {
  readonly offset: string
  readonly key: Uint8Array | null
  /** What is one is not given out, and counts as read. */
  isControlRecord: boolean
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
}

export interface FetchedPartition {
  /** Undefined of messages from before Kafka 0.11, which know of no transactions. */
  messages: readonly Partial<FetchedMessage>[]
  abortedTransactions?: readonly AbortedTransaction[] | null
}

interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}

/** Marks the messages of aborted transactions as none to be given out. */
export function hideAborted(fetched: FetchedPartition): void {
  const { messages, abortedTransactions } = fetched
  if (abortedTransactions == null || abortedTransactions.length === 0) return
  fetched.abortedTransactions = []
  const ahead = abortedTransactions.toSorted((a, b) => byOffset(b, a))
  const aborted = new Set<string>()
  for (const message of messages) {
    const { offset, batchContext, isControlRecord } = message
    if (offset === undefined || batchContext === undefined) continue
    const { producerId, inTransaction } = batchContext
    while (ahead.length > 0 && BigInt(ahead.at(-1)!.firstOffset) <= BigInt(offset)) {
      aborted.add(ahead.pop()!.producerId)
    }
    if (isControlRecord === true) {
      if (isAbort(message.key)) aborted.delete(producerId)
    } else if (inTransaction && aborted.has(producerId)) {
      message.isControlRecord = true
    }
  }
}

function byOffset(a: AbortedTransaction, b: AbortedTransaction): number {
  return Number(BigInt(a.firstOffset) - BigInt(b.firstOffset))
}

/** The key of a marker is its version and its type, 16 bits each: 0 aborts, 1 commits. */
function isAbort(key: Uint8Array | null | undefined): boolean {
  return key?.length === 4 && key[2] === 0 && key[3] === 0
}
