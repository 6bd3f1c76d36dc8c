/**
 * What stands of one window among the records of the state, below its key `hour/1468242000`:
 *
 *   …                            the head: all but users, and how many records there are of these
 *   …/users/3                    users on time, or counted by a revision (state/saved-users.ts)
 *   …/late/1468246200000/users/0 those of late frames that a revision is to show at that time
 */
import type { Put } from '../state/kept.ts'
import { RecordWriter } from '../state/record.ts'
import { SavedUsers } from '../state/saved-users.ts'
import type { OpenWindow } from './open-window.ts'

export class SavedWindow {
  readonly users: SavedUsers = new SavedUsers()
  /** By the time at which the revision falls due. */
  readonly late: Map<number, SavedUsers> = new Map()
  /** Of revisions that are over, while their records stand. */
  #over: [dueMs: number, SavedUsers][] = []

  /** The revision is made. */
  lateOver(dueMs: number): void {
    const users = this.late.get(dueMs)
    if (users !== undefined) this.#over.push([dueMs, users])
    this.late.delete(dueMs)
  }

  save(key: string, window: OpenWindow, put: Put): void {
    this.#endOver(key, put)
    this.users.save(key, window.users, put)
    for (const [dueMs, { users }] of window.late) {
      if (users !== undefined) this.lateOf(dueMs).save(lateKey(key, dueMs), users, put)
    }
    const head = new RecordWriter()
    window.writeTo(head, this)
    put(key, head.of(key))
  }

  lateOf(dueMs: number): SavedUsers {
    let users = this.late.get(dueMs)
    if (users === undefined) this.late.set(dueMs, users = new SavedUsers())
    return users
  }

  /** The window is over. */
  end(key: string, put: Put): void {
    for (const dueMs of [...this.late.keys()]) this.lateOver(dueMs)
    this.#endOver(key, put)
    this.users.end(key, put)
    put(key, null)
  }

  #endOver(key: string, put: Put): void {
    for (const [dueMs, users] of this.#over) users.end(lateKey(key, dueMs), put)
    this.#over = []
  }
}

function lateKey(key: string, dueMs: number): string {
  return `${key}/late/${dueMs}`
}
