/** What is known of the rejects of a run, by reason, and of malformed lines by fault. */
import type { Fault, Reject, RejectContent } from '../records.ts'

export interface RejectTotal {
  readonly reason: Reject['reason']
  count: number
  readonly first: FirstReject
  /** Of malformed lines: those that are told apart. */
  readonly faults: Map<Fault, FaultTotal>
}

export interface FirstReject {
  readonly where: string
  readonly detail: string
  readonly content: RejectContent
}

export interface FaultTotal {
  readonly fault: Fault
  count: number
  /** The first, the second, the fourth and so on: what such lines look like. */
  readonly samples: RejectContent[]
}

/** Longer lines are no samples. */
const sampleCharacters = 256 * 1024

export class RejectTotals extends Map<Reject['reason'], RejectTotal> {
  add({ reason, fault, detail, content }: Reject, where: () => string): void {
    let total = this.get(reason)
    if (total === undefined) {
      const first = { where: where(), detail, content: content() }
      this.set(reason, total = { reason, count: 0, first, faults: new Map() })
    }
    total.count++
    if (fault === undefined) return
    let ofFault = total.faults.get(fault)
    if (ofFault === undefined) total.faults.set(fault, ofFault = { fault, count: 0, samples: [] })
    const count = ++ofFault.count
    if ((count & (count - 1)) === 0 && isShort(content())) ofFault.samples.push(content())
  }
}

function isShort(content: RejectContent): boolean {
  return 'raw' in content && content.raw.length <= sampleCharacters
}

/** From the most frequent on. */
export function byCount(faults: ReadonlyMap<Fault, FaultTotal>): readonly FaultTotal[] {
  return [...faults.values()].sort((a, b) => b.count - a.count)
}
