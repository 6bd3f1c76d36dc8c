/** On whose behalf results go out: one who may have been replaced sends nothing more. */
import { Abandoned } from '../../io/drive.ts'

export interface Owner {
  /** Whether we are the owner for sure. Throws where we are not any more. */
  isConfirmed(): boolean
  /** Waits until we are. Throws where we are not any more. */
  confirm(): Promise<void>
}

/** What was counted here, and is not committed, is worth nothing: the state is read again. */
export class OwnershipLost extends Abandoned {
  /**
   * `replaced`: another member may read on, or has begun. `interrupted`: nobody knows what brokers
   * have of what was sent; `cause` tells why.
   */
  readonly reason: 'replaced' | 'interrupted'

  constructor(reason: 'replaced' | 'interrupted' = 'replaced', options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}
