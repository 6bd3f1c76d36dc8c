/** Where uc-count, uc-merge and uc-pipeline put what they count. */
import type { Delivery } from '../../io/drive.ts'
import type { TableColumns } from '../../io/result-format.ts'
import { ResultSink } from '../../io/result-sink.ts'
import { isTerminal } from '../../io/runtime.ts'
import type { Owner } from '../../kafka/reading/owner.ts'
import type { CountOut } from '../../stages/count.ts'
import type { MergeOut } from '../../stages/merge.ts'
import type { OutputPlan } from '../plan.ts'
import type { Session } from './session.ts'

export class ResultWriter implements Delivery<CountOut | MergeOut> {
  readonly #sink: ResultSink
  readonly #session: Session
  readonly #isOnTerminal: boolean

  constructor(format: OutputPlan['format'], session: Session, columns: TableColumns = {}) {
    const { out } = session
    this.#isOnTerminal = out === undefined && isTerminal('stdout')
    const write = out && ((block: Uint8Array) => {
      out.write(block)
      return out.drain()
    })
    this.#sink = new ResultSink(format ?? (this.#isOnTerminal ? 'table' : 'json'), columns, write)
    this.#session = session
  }

  take(message: CountOut | MergeOut): void {
    if (message.type !== 'result') return
    if (this.#isOnTerminal) this.#session.progress.clear()
    this.#sink.write(message.line)
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
