/** Where uc-count and uc-pipeline put what the counting stage emits. */
import { ResultSink } from '../../io/result-sink.ts'
import type { Columns } from '../../io/result-format.ts'
import { isTerminal } from '../../io/runtime.ts'
import type { CountOut } from '../../stages/count.ts'
import type { MergeOut } from '../../stages/merge.ts'
import type { OutputPlan } from '../plan.ts'
import type { Session } from './session.ts'

/** Takes what the counting stage emits; `flush` resolves when all of it has arrived. */
export interface Results {
  take(message: CountOut): void
  flush(): Promise<void>
  end(): Promise<void>
}

export class ResultWriter implements Results {
  readonly #sink: ResultSink
  readonly #session: Session
  readonly #isOnTerminal = isTerminal('stdout')

  constructor(format: OutputPlan['format'], session: Session, columns: Columns = {}) {
    this.#sink = new ResultSink(format ?? (this.#isOnTerminal ? 'table' : 'json'), columns)
    this.#session = session
  }

  readonly take = (message: CountOut | MergeOut): void => {
    if (message.type === 'reject') this.#session.reject(message)
    if (message.type !== 'result') return
    if (this.#isOnTerminal) this.#session.progress.clear()
    this.#sink.write(message.line)
  }

  readonly flush = (): Promise<void> => this.#sink.flush()

  end(): Promise<void> {
    return this.#sink.end()
  }
}
