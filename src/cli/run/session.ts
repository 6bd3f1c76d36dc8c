/**
 * What every command that reads frames sets up and tears down the same way. However a run ends, the
 * rejects are written, the counts too, and what happened is told.
 */
import { Buffer } from 'node:buffer'
import { exitStatus, UcError } from '../../errors.ts'
import { type Drive, drive, type Outcome } from '../../io/drive.ts'
import type { Reading } from '../../io/flag-advice.ts'
import type { Inputs } from '../../io/input.ts'
import { MemoryGuard } from '../../io/memory.ts'
import type { MemorySituation } from '../../io/memory-advice.ts'
import { openOutput, OutputFile } from '../../io/output-file.ts'
import { newProgress, type Progress } from '../../io/progress.ts'
import { RejectSink } from '../../io/reject-sink.ts'
import { report, wordsOf } from '../../io/report.ts'
import { isPipe, onCrash, onSignal, ReaderLeft } from '../../io/runtime.ts'
import { SignalWatch, Stopped } from '../../io/signals.ts'
import { clearProgress, tell } from '../../io/tell.ts'
import { Ledger } from '../../ledger.ts'
import { PipeEnd, type PipeEndOptions } from '../../ndjson/pipe-end.ts'
import type { Reject } from '../../records.ts'
import { shown } from '../../shown.ts'
import type { OutputPlan } from '../plan.ts'
import type { MostRefused } from '../values.ts'

export interface SessionOptions {
  readonly command: string
  readonly plan: OutputPlan
  readonly isStrict: boolean
  /** How raw frames are read; undefined: they are not. */
  readonly reading?: Reading
  /** Of a command that reads raw frames: how many lines may be malformed. */
  readonly maxRejects?: MostRefused
  /** Undefined: topics are read. */
  readonly inputs?: Inputs | undefined
  readonly memory?: MemorySituation
  /** Of outputs that go on: how long they were. */
  readonly kept?: { readonly outBytes: number; readonly rejectsBytes: number } | undefined
  /** An error as the user is to read it. */
  inWords?(error: unknown): unknown
}

/** Connections get so long to close once a signal has come. */
const closingMs = 2000

/** Runs `body` to the outcome that is then told. Returns the exit status. */
export async function withSession(
  options: SessionOptions,
  body: (session: Session) => Promise<Outcome>,
): Promise<number> {
  const signals = new SignalWatch()
  onSignal((signal) => signals.receive(signal))
  const session = await signals.during(Session.open(options, signals))
  const crash = new Promise<never>((_, reject) => onCrash(reject))
  return await session.close(await outcomeOf(Promise.race([body(session), crash])))
}

async function outcomeOf(work: Promise<Outcome>): Promise<Outcome> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Stopped) return { isEmpty: false, signal: error.signal }
    return { isEmpty: false, failure: error }
  }
}

interface Outputs {
  readonly out: OutputFile | undefined
  readonly rejects: OutputFile | undefined
  readonly stats: OutputFile | undefined
}

export class Session {
  readonly ledger: Ledger = new Ledger()
  readonly progress: Progress
  readonly memory: MemoryGuard
  /** That of --out. */
  readonly out: OutputFile | undefined
  readonly #rejects: RejectSink
  readonly #signals: SignalWatch
  readonly #stats: OutputFile | undefined
  readonly #options: SessionOptions

  static async open(options: SessionOptions, signals: SignalWatch): Promise<Session> {
    const { command, plan, inputs, kept } = options
    const taken = new Set(inputs?.identities)
    const say = (text: string) => tell(`${command}: ${text}`)
    const opened = async (flag: string, file: string | undefined, keptBytes?: number) => {
      return file === undefined
        ? undefined
        : await openOutput({ flag, file, taken, say, keptBytes })
    }
    const out = await opened('--out', plan.out, kept?.outBytes)
    const rejects = await opened('--rejects', plan.rejects, kept?.rejectsBytes)
    const stats = plan.stats === '-'
      ? new OutputFile(2, '--stats -')
      : await opened('--stats', plan.stats)
    if (inputs?.isTyped === true) {
      say(`reading from the terminal; end with Ctrl-D, see ${command} --help`)
    }
    return new Session(options, signals, { out, rejects, stats })
  }

  private constructor(
    options: SessionOptions,
    signals: SignalWatch,
    { out, rejects, stats }: Outputs,
  ) {
    const { plan, isStrict, inputs } = options
    this.#options = options
    this.#signals = signals
    this.#rejects = new RejectSink({ file: rejects, isStrict })
    this.#stats = stats
    this.out = out
    this.memory = new MemoryGuard(plan.maxMemoryBytes, options.memory ?? {})
    this.progress = newProgress({
      isOn: plan.progress,
      totalBytes: inputs?.totalBytes,
      ledger: this.ledger,
    })
  }

  /** Tells the user at once. */
  readonly say = (text: string): void => {
    tell(`${this.#options.command}: ${text}`)
  }

  /** Whether someone types the input in, on the terminal that shows the results. */
  get isTyped(): boolean {
    return this.#options.inputs?.isTyped ?? false
  }

  /** Whether rejects are written, with their raw lines. */
  get keepsRejects(): boolean {
    return this.#rejects.hasFile
  }

  /** For those that read `files`: how standard input ends, where it is among them. */
  endingOf(follows: PipeEndOptions['follows'], files: readonly string[] = ['-']): PipeEnd {
    return new PipeEnd({ follows, isPipe: files.includes('-') && isPipe(0) })
  }

  /** All rejects are on the disk when it resolves. Returns how many bytes they have in their file. */
  async syncRejects(): Promise<number> {
    return await this.#rejects.sync()
  }

  /** Waits for `work`, before anything is read; a signal ends the wait and the run. */
  during<T>(work: Promise<T>, graceMs?: number): Promise<T> {
    return this.#signals.during(work, graceMs)
  }

  /**
   * Waits until brokers have what is sent. A signal leaves them little time for it: where they do not
   * answer, results that they lack are not stored as read, and come again in the next run.
   */
  async sending(work: Promise<void>): Promise<void> {
    try {
      await this.#signals.during(work, closingMs)
    } catch (error) {
      if (error instanceof Stopped) this.say('brokers do not answer; what they lack is not sent')
      throw error
    }
  }

  /** Waits for connections to close; a signal leaves them little time for it. */
  async closing(work: Promise<unknown>): Promise<void> {
    try {
      await this.#signals.during(work, closingMs)
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
    }
  }

  /** All that was counted is somebody else's now. */
  beginAnew(): void {
    this.ledger.beginAnew()
    this.#rejects.totals.clear()
    this.progress.beginAnew()
  }

  /** Drives the stage to the end of its input. */
  run<In, Out extends { readonly type: string }>(
    parts: Omit<Drive<In, Out>, 'check' | 'reject' | 'keepPace'>,
  ): Promise<Outcome> {
    return drive({
      ...parts,
      reject: (reject: Reject) => this.#rejects.add(reject),
      keepPace: async () => {
        if (this.#rejects.isBehind) await this.#keeping(this.#rejects.drain())
        this.progress.tick()
      },
      check: this.memory.check,
    }, this.#signals)
  }

  /** Waits for the rejects to be written; after a signal not for long. */
  async #keeping(work: Promise<void>): Promise<void> {
    try {
      await this.#signals.during(work, closingMs)
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      this.say(`--rejects: nobody reads it; ${this.#rejects.abandon()} bytes or more are lost`)
    }
  }

  /** Writes and tells what has to be told. Returns the exit status. */
  async close(outcome: Outcome): Promise<number> {
    const { command, maxRejects, inWords = (error) => error } = this.#options
    const { ledger } = this
    clearProgress()
    const failures = outcome.failure === undefined
      ? []
      : [inWords(this.memory.inWords(outcome.failure))]
    const attempt = async (step: Promise<void>) => {
      try {
        await this.closing(step)
      } catch (error) {
        failures.push(error)
      }
    }
    await attempt(this.#keeping(this.#rejects.close()))
    const isCounted = this.#rejects.hasFile || this.#stats !== undefined
    const rejects = this.#rejects
    const hasInputs = this.#options.inputs !== undefined
    const { reading } = this.#options
    const status = report({
      ...{ command, ledger, rejects, maxRejects, outcome, failures, isCounted, reading, hasInputs },
    })
    if (this.#stats === undefined) return status
    this.#stats.write(Buffer.from(`${shown(statsOf(ledger, outcome))}\n`))
    const reported = failures.length
    await attempt(this.#stats.close())
    for (const failure of failures.slice(reported)) this.say(wordsOf(failure))
    return failures.length > reported ? status || exitStatus.failed : status
  }
}

/** The counts, and why they are not those of the whole input. */
function statsOf(ledger: Ledger, { failure, signal }: Outcome): string {
  const isRefused = failure instanceof UcError && failure.code === 'refused'
  const ended = failure instanceof ReaderLeft
    ? 'reader left'
    : isRefused
    ? 'refused'
    : failure !== undefined
    ? 'failed'
    : signal
  return JSON.stringify({ ...ledger.toJSON(), ...(ended === undefined ? {} : { ended }) })
}
