/** A state that is a folder, as uc-state looks at it. */
import { shownName } from '../../io/file-name.ts'
import { inspectState } from '../../io/state/inspect.ts'
import { openStore } from '../../io/state/store.ts'
import type { FoundState } from './state-summary.ts'
import type { ShownState } from './uc-state.ts'

export class FolderState implements ShownState {
  readonly name: string
  readonly #folder: string
  readonly #say: (text: string) => void

  constructor(folder: string, say: (text: string) => void) {
    this.name = shownName(folder)
    this.#folder = folder
    this.#say = say
  }

  async find(): Promise<readonly FoundState[]> {
    const { records, contents, commits, savedMs, pid, diskBytes } = await inspectState(this.#folder)
    const files = { diskBytes, pid }
    return [{ name: this.name, records, recordBytes: contents.bytes, commits, savedMs, files }]
  }

  /** The store is open, so locked, while the question stands: what is shown is what is emptied. */
  async empty(ask: Parameters<ShownState['empty']>[0]): Promise<void> {
    const { store, records } = await openStore(this.#folder, { create: false, say: this.#say })
    try {
      await ask(records)
      await store.commit(records.map(([key]) => [key, null]))
    } finally {
      await store.close()
    }
  }
}
