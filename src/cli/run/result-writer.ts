/** Where uc-count, uc-merge and uc-pipeline put what they count. */
import type { Delivery } from '../../io/drive.ts'
import { LiveTable } from '../../io/live-table.ts'
import type { TableColumns } from '../../io/result-format.ts'
import { ResultSink } from '../../io/result-sink.ts'
import { isTerminal, writeOut } from '../../io/runtime.ts'
import { clearProgress } from '../../io/tell.ts'
import type { Owner } from '../../kafka/reading/owner.ts'
import type { CountOut } from '../../stages/count.ts'
import type { MergeOut } from '../../stages/merge.ts'
import type { OutputPlan } from '../plan.ts'
import type { Session } from './session.ts'

export class ResultWriter implements Delivery<CountOut | MergeOut> {
  readonly #sink: ResultSink
  readonly #session: Session
  readonly #live: LiveTable | undefined

  constructor(format: OutputPlan['format'], session: Session, columns: TableColumns = {}) {
    const { out } = session
    const isOnTerminal = out === undefined && isTerminal('stdout')
    const chosen = format ?? (isOnTerminal ? 'table' : 'json')
    const write = async (block: Uint8Array) => {
      if (out === undefined) {
        clearProgress()
        return await writeOut(block)
      }
      out.write(block)
      return await out.drain()
    }
    const { hasGroups = false } = columns
    const newLiveTable = () => new LiveTable({ isTyped: session.isTyped, hasGroups })
    this.#live = isOnTerminal && chosen === 'table' ? newLiveTable() : undefined
    this.#sink = new ResultSink(chosen, { columns, write, live: this.#live })
    this.#session = session
  }

  take(message: CountOut | MergeOut): void {
    if (message.type === 'result') this.#sink.write(message.line)
    // The commands before have ended, and may have told something on the same terminal
    else if (message.type === 'end') this.#live?.leaveRows()
  }

  flush(owner?: Owner): Promise<void> {
    return this.#sink.flush(() => owner && this.#session.sending(owner.confirm()))
  }

  discard(): Promise<void> {
    this.#sink.discard()
    return Promise.resolve()
  }

  /** All that was taken is on the disk when it resolves. Returns how long the file of --out is. */
  async sync(): Promise<number> {
    await this.#sink.flush()
    await this.#session.out?.sync()
    return this.#session.out?.bytes ?? 0
  }

  async close(): Promise<void> {
    await this.#sink.end()
    await this.#session.out?.close()
  }
}
