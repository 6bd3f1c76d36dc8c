/** Whether we are still a member of the group, by what it has last answered. */
export class Membership {
  readonly #sessionMs: number
  #memberId: string | undefined
  #heardAtMs = performance.now()

  /** `sessionMs`: after so long without a heartbeat the group takes a member for dead. */
  constructor(sessionMs: number) {
    this.#sessionMs = sessionMs
  }

  /** The group has answered. */
  heard(): void {
    this.#heardAtMs = performance.now()
  }

  /** Returns whether we had been out of the group: under a new id others may have read on meanwhile. */
  joined(memberId: string): boolean {
    this.heard()
    const wasOut = this.#memberId !== undefined && this.#memberId !== memberId
    this.#memberId = memberId
    return wasOut
  }

  /** Whether the group can still take us for a member: else it may have made another the owner. */
  get isCurrent(): boolean {
    return performance.now() - this.#heardAtMs < this.#sessionMs
  }
}

/** The group is about to change its members. kafkajs wraps the answer where it gives up. */
export function isOfRebalance(error: unknown): boolean {
  const { type = '', cause } = Object(error) as { type?: string; cause?: unknown }
  const types = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']
  return types.includes(type) || (cause !== undefined && isOfRebalance(cause))
}
