/** What every command that reads frames sets up and tears down the same way. */
import { type Drive, drive, type Outcome, SignalWatch } from '../../io/drive.ts'
import type { Inputs } from '../../io/input.ts'
import { memoryGuard } from '../../io/memory.ts'
import { openOutput } from '../../io/output-file.ts'
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
  readonly inputs: Inputs
  /** What to do where memory is short, if not what helps those that count. */
  readonly memoryRemedy?: string
}

export class Session {
  readonly ledger: Ledger = new Ledger()
  readonly progress: Progress
  readonly #rejects: RejectSink
  readonly #signals = new SignalWatch()
  readonly #statsFd: number | undefined
  readonly #checkMemory: () => void
  readonly #options: SessionOptions

  constructor(options: SessionOptions) {
    const { plan, isStrict, inputs } = options
    const taken = new Set(inputs.identities)
    this.#options = options
    this.#rejects = new RejectSink({ fd: opened('--rejects', plan.rejects, taken), isStrict })
    this.#statsFd = plan.stats === '-' ? 2 : opened('--stats', plan.stats, taken)
    this.#checkMemory = memoryGuard(plan.maxMemoryBytes, options.memoryRemedy)
    this.progress = newProgress({
      isOn: plan.progress,
      totalBytes: inputs.totalBytes,
      ledger: this.ledger,
    })
  }

  /** Whether rejects are written, with their raw lines. */
  get keepsRejects(): boolean {
    return this.#rejects.hasFile
  }

  reject(reject: Reject): void {
    this.#rejects.add(reject)
  }

  /** Drives the stage to the end of its input. */
  run<In, Out extends { readonly type: string }>(
    parts: Omit<Drive<In, Out>, 'check'>,
  ): Promise<Outcome> {
    return drive({
      ...parts,
      flush: async () => {
        await parts.flush()
        this.progress.tick()
      },
      check: this.#checkMemory,
    }, this.#signals)
  }

  /** Tells what has to be told. Returns the exit status. */
  close(outcome: Outcome): number {
    const { command } = this.#options
    const { ledger } = this
    this.progress.clear()
    this.#rejects.close()
    return report({ command, ledger, rejects: this.#rejects, statsFd: this.#statsFd, outcome })
  }
}

function opened(flag: string, file: string | undefined, taken: Set<string>): number | undefined {
  return file === undefined ? undefined : openOutput({ flag, file, taken })
}
