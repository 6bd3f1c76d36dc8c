/** What every command that reads frames sets up and tears down the same way. */
import { type Drive, drive, type Outcome, SignalWatch } from '../../io/drive.ts'
import { memoryGuard } from '../../io/memory.ts'
import { newProgress, type Progress } from '../../io/progress.ts'
import { RejectSink } from '../../io/reject-sink.ts'
import { report } from '../../io/report.ts'
import { Ledger } from '../../ledger.ts'
import type { Reject } from '../../records.ts'
import type { OutputPlan } from '../plan.ts'

export interface SessionOptions {
  readonly command: string
  readonly plan: OutputPlan
  readonly isStrict: boolean
  readonly totalBytes: number | undefined
}

export class Session {
  readonly ledger: Ledger = new Ledger()
  readonly progress: Progress
  readonly #rejects: RejectSink
  readonly #signals = new SignalWatch()
  readonly #checkMemory: () => void
  readonly #options: SessionOptions

  constructor(options: SessionOptions) {
    const { plan, isStrict, totalBytes } = options
    this.#options = options
    this.#rejects = new RejectSink({ file: plan.rejects, isStrict })
    this.#checkMemory = memoryGuard(plan.maxMemoryBytes)
    this.progress = newProgress({ isOn: plan.progress, totalBytes, ledger: this.ledger })
  }

  reject(reject: Reject): void {
    this.#rejects.add(reject)
  }

  /** Drives the stage to the end of its input. */
  run<In, Out extends { readonly type: string }>(parts: Drive<In, Out>): Promise<Outcome> {
    return drive({
      ...parts,
      flush: async () => {
        await parts.flush()
        this.#checkMemory()
        this.progress.tick()
      },
    }, this.#signals)
  }

  /** Tells what has to be told. Returns the exit status. */
  close(outcome: Outcome): number {
    const { command, plan } = this.#options
    const { ledger } = this
    this.progress.clear()
    this.#rejects.close()
    return report({ command, ledger, rejects: this.#rejects, stats: plan.stats, outcome })
  }
}
