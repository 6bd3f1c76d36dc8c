/** What becomes of frames in one kind of window, as an account of the stage that counts them. */
import type { WindowKind } from '../time/calendar.ts'

export interface WindowAccount {
  readonly kind: string
  counted: number
  expired: number
  /** Only where windows overlap. */
  partly?: number
}

export function windowAccount({ name, overlap }: WindowKind): WindowAccount {
  const account = { kind: name, counted: 0, expired: 0 }
  return overlap === undefined ? account : { ...account, partly: 0 }
}
