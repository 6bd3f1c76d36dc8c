/** On whose behalf results go out: one who may have been replaced sends nothing more. */
export interface Owner {
  /** Whether we are the owner for sure. Throws where we are not any more. */
  isConfirmed(): boolean
  /** Waits until we are. Throws where we are not any more. */
  confirm(): Promise<void>
}
