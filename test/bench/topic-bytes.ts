/** How large topics are, by the files of a broker of our own. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../support/broker.ts'

/** Bytes of the batches in all partitions, by topic, of those whose name begins with `prefix`. */
export function topicBytes(
  { folder }: Pick<Broker, 'folder'>,
  prefix: string,
): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>()
  const data = join(folder, 'data')
  for (const partition of readdirSync(data).filter((name) => name.startsWith(prefix))) {
    const topic = partition.slice(0, partition.lastIndexOf('-'))
    const segments = readdirSync(join(data, partition)).filter((name) => name.endsWith('.log'))
    for (const segment of segments) {
      const { size } = statSync(join(data, partition, segment))
      bytes.set(topic, (bytes.get(topic) ?? 0) + size)
    }
  }
  return bytes
}
