/** On whose behalf results go out: one who may have been replaced sends nothing more. */
import { Abandoned } from '../../io/drive.ts'

export interface Owner {
  /** Whether we are the owner for sure. Throws where we are not any more. */
  isConfirmed(): boolean
  /** Waits until we are. Throws where we are not any more. */
  confirm(): Promise<void>
}

/** Another member of the group reads on: what was counted here is its business now. */
export class OwnershipLost extends Abandoned {}
