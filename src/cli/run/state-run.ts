/**
 * uc-pipeline --state: goes on where the last run stood, and leaves its state to the next. What has
 * come out is on the disk before the state says so; what came out since the state was saved is cut
 * off by the run that goes on from it.
 */
import type { Delivery, Outcome } from '../../io/drive.ts'
import { type InputMessage, inspectInputs } from '../../io/input.ts'
import { writeOut } from '../../io/runtime.ts'
import { CountedInputs } from '../../io/state/counted-inputs.ts'
import { openStore, type Store } from '../../io/state/store.ts'
import { tell } from '../../io/tell.ts'
import type { ScannedLines } from '../../kernel/scanned-lines.ts'
import type { PlainLine, Reached } from '../../stages/extract-plain.ts'
import { chain, countingStages } from '../../pipeline.ts'
import type { Stage } from '../../stage.ts'
import type { CountOut } from '../../stages/count.ts'
import { byPart, type Kept, type StateRecord, together } from '../../state/kept.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import type { StatePlan } from '../state-plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { ResultWriter } from './result-writer.ts'
import { SavedFlags } from './saved-flags.ts'
import { SavedOutputs } from './saved-outputs.ts'
import { type Session, withSession } from './session.ts'

const command = 'uc-pipeline'

/** More frames are not left to the next checkpoint: what they change takes memory when it is saved. */
const mostUnsaved = 500_000
/** The ledger is summed for that behind so many messages: each sum costs microseconds. */
const messagesPerSum = 32

/** What any reader of frames gives. */
type FrameInput = InputMessage | ScannedLines | PlainLine | Reached

export async function runWithState(plan: PipelinePlan, state: StatePlan): Promise<number> {
  const say = (text: string) => tell(`${command}: ${text}`)
  const { store, records } = await openStore(state.folder, { create: !state.showsPosition, say })
  try {
    const run = new StateRun(plan, state, store)
    run.load(records)
    return state.showsPosition ? await run.showPositions() : await run.run(say)
  } finally {
    await store.close()
  }
}

class StateRun {
  readonly #plan: PipelinePlan
  readonly #state: StatePlan
  readonly #store: Store
  readonly #flags: SavedFlags
  readonly #outputs: SavedOutputs
  readonly #inputs: CountedInputs
  /** Of the stages, until they take them. */
  #records: StateRecord[] = []
  /** All that are in the store. */
  readonly #keys = new Set<string>()
  /** What the stages have taken is not what is noted: a message in part, or some lines of a chunk. */
  #isAhead = false
  /** Something has come, or come out, since the state was saved. */
  #hasNews = false
  #savedAtMs = performance.now()
  /** Frames that were read by then. */
  #savedFrames = 0

  constructor(plan: PipelinePlan, state: StatePlan, store: Store) {
    this.#plan = plan
    this.#state = state
    this.#inputs = new CountedInputs(plan.read)
    this.#store = store
    this.#flags = new SavedFlags({ ...state, where: state.folder })
    this.#outputs = new SavedOutputs(plan.output)
  }

  load(records: readonly StateRecord[]): void {
    const own = [this.#flags, this.#outputs, this.#inputs]
    const found = byPart(records)
    for (const part of own) {
      const isWanted = !this.#state.showsPosition || part === this.#inputs
      if (isWanted) part.load(found.get(part.name) ?? [])
    }
    for (const record of records) {
      const [key] = record
      this.#keys.add(key)
      if (!own.some(({ name }) => key.startsWith(`${name}/`))) this.#records.push(record)
    }
  }

  async showPositions(): Promise<number> {
    for (const position of this.#inputs.positions) {
      await writeOut(new TextEncoder().encode(`${JSON.stringify(position)}\n`))
    }
    return 0
  }

  async run(say: (text: string) => void): Promise<number> {
    const { read, counting, output } = this.#plan
    const { isOrdered = true } = counting
    const { files, ...reading } = this.#inputs.reading(read.files, say)
    const options = {
      command,
      plan: output,
      isStrict: read.strict,
      maxRejects: read.maxRejects,
      reading: read,
      inputs: inspectInputs(files),
      memory: { threads: read.threads, isOrdered },
      kept: this.#outputs.kept,
    }
    return await withSession(options, (session) => {
      const plan = { ...read, ...reading, files, isTracked: true }
      const { idleMs } = counting
      const keepsFrames = session.keepsRejects
      return withFrameReader({ plan, idleMs, keepsFrames, session }, (reader) => {
        const { windows, counts } = countingStages(counting, session, reader.progress)
        const stage = chain(this.#noting(reader.stage), windows, counts)
        stage.load!(this.#records)
        this.#records = []
        this.#savedFrames = session.ledger.total.frames
        return session.run({
          ...reader,
          ending: session.endingOf('never', files),
          stage,
          suspends: this.#state.closes ? 'stopped' : 'always',
          delivery: this.#delivery(session, stage),
        })
      })
    })
  }

  /** Notes what the stage has taken, behind each chunk. It ticks, so that a pause is not unsaved. */
  #noting<In, Out>(stage: Stage<In, Out>): Stage<In, Out> {
    return {
      ...stage,
      push: (message, emit) => {
        this.#isAhead = this.#hasNews = true
        stage.push(message, emit)
        this.#isAhead = !this.#noted(message as FrameInput)
      },
      tick: stage.tick ?? (() => {}),
    }
  }

  /** Whether all that was taken is noted: lines are with the chunk that they were in. */
  #noted(message: FrameInput): boolean {
    const inputs = this.#inputs
    const isLine = typeof message === 'string' ||
      (message instanceof Uint8Array && this.#plan.read.parser === 'json')
    if (isLine) return false
    if (message instanceof Uint8Array) inputs.take(message.length)
    else if (message.type === 'overlong' || message.type === 'part') return false
    else if (message.type === 'reached') inputs.take(message.bytes)
    else if (message.type === 'scanned') inputs.reach(message.toByte)
    else if (message.type === 'source') inputs.begin(message)
    else if (message.type === 'source-end') inputs.end(message.source)
    return true
  }

  #delivery(session: Session, stages: Kept): Delivery<CountOut> {
    const { output: { format }, counting } = this.#plan
    const { partial: hasUsers = false, breakdowns } = counting
    const { kept } = this.#outputs
    const hasGroups = breakdowns !== undefined
    const columns = { hasUsers, hasGroups, isBegun: kept !== undefined && kept.outBytes > 0 }
    const results = new ResultWriter(format, session, columns)
    const all = together([this.#flags, this.#outputs, this.#inputs, stages])
    const save = async () => {
      this.#outputs.reached({
        outBytes: await results.sync(),
        rejectsBytes: await session.syncRejects(),
      })
      await this.#commit((put) => all.save!(put))
    }
    const unsaved = () => session.ledger.total.frames - this.#savedFrames
    let messages = 0
    return {
      take: (message) => {
        this.#hasNews = true
        results.take(message)
      },
      flush: async () => {
        await results.flush()
        if (this.#isAhead || !this.#hasNews) return
        const isDue = performance.now() - this.#savedAtMs >= this.#state.checkpointMs ||
          (++messages % messagesPerSum === 0 && unsaved() >= mostUnsaved)
        if (!isDue) return
        await save()
        this.#savedFrames += unsaved()
      },
      discard: () => results.discard(),
      close: async (outcome) => {
        if (isWhole(outcome)) this.#inputs.end()
        if (isWhole(outcome) && this.#state.closes) {
          await results.sync()
          await session.syncRejects()
          await this.#commit((put) => this.#keys.forEach((key) => put(key, null)))
        } else if (!this.#isAhead) {
          await save()
        }
        await results.close()
      },
    }
  }

  async #commit(fill: (put: (key: string, value: Uint8Array | null) => void) => void) {
    const changes = new Map<string, Uint8Array | null>()
    fill((key, value) => changes.set(key, value))
    await this.#store.commit(changes)
    for (const [key, value] of changes) {
      if (value === null) this.#keys.delete(key)
      else this.#keys.add(key)
    }
    this.#savedAtMs = performance.now()
    this.#hasNews = false
  }
}

function isWhole({ failure, signal }: Outcome): boolean {
  return failure === undefined && signal === undefined
}
