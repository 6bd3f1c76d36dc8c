/**
 * Whether we are still a member of the group, by what it has last answered. What counts is when it
 * was asked: an answer may have lain here while this process was suspended. By two clocks, since
 * one of them stands still while a machine sleeps, and the other one may be set back.
 */
type Clock = () => number

const clocks: readonly Clock[] = [() => performance.now(), () => Date.now()]

export class Membership {
  readonly #sessionMs: number
  readonly #clocks: readonly Clock[]
  #memberId: string | undefined
  #hasLeft = false
  #askedAtMs: readonly number[]
  #heardAtMs: readonly number[]

  /** `sessionMs`: after so long without a heartbeat the group takes a member for dead. */
  constructor(sessionMs: number, by: readonly Clock[] = clocks) {
    this.#sessionMs = sessionMs
    this.#clocks = by
    this.#askedAtMs = this.#heardAtMs = by.map((now) => now())
  }

  /** The group has answered what it was asked so long ago. */
  answered(agoMs: number): void {
    this.#askedAtMs = this.#clocks.map((now) => now() - agoMs)
  }

  /** That answer says that we are a member. */
  heard(): void {
    this.#heardAtMs = this.#askedAtMs
  }

  /** Returns whether we had been out of the group: under a new id others may have read on meanwhile. */
  joined(memberId: string): boolean {
    this.heard()
    const wasOut = this.#memberId !== undefined && this.#memberId !== memberId
    this.#memberId = memberId
    this.#hasLeft = false
    return wasOut
  }

  /** We have told the group that we go, as kafkajs does also where it gives up and begins anew. */
  left(): void {
    this.#hasLeft = true
  }

  get hasLeft(): boolean {
    return this.#hasLeft
  }

  /**
   * Whether the group can still take us for a member: else it may have made another the owner.
   * Before we have first joined there is nothing that another could have taken over.
   */
  get isCurrent(): boolean {
    if (this.#memberId === undefined) return true
    const silentMs = Math.max(...this.#clocks.map((now, i) => now() - this.#heardAtMs[i]!))
    return !this.#hasLeft && silentMs < this.#sessionMs
  }
}

/** The group is about to change its members. kafkajs wraps the answer where it gives up. */
export function isOfRebalance(error: unknown): boolean {
  const { type = '', cause } = Object(error) as { type?: string; cause?: unknown }
  const types = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']
  return types.includes(type) || (cause !== undefined && isOfRebalance(cause))
}
