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
  readonly #isOnTerminal = isTerminal('stdout')

  constructor(format: OutputPlan['format'], session: Session, columns: TableColumns = {}) {
    this.#sink = new ResultSink(format ?? (this.#isOnTerminal ? 'table' : 'json'), columns)
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

  close(): Promise<void> {
    return this.#sink.end()
  }
}
