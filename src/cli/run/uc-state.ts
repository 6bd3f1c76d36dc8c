/** uc-state: what a state holds, by its keys alone; or nothing any more. */
import { UcError } from '../../errors.ts'
import { grouped } from '../../io/result-format.ts'
import { chunksOf, isTerminal, onSignal, writeOut } from '../../io/runtime.ts'
import { SignalWatch } from '../../io/signals.ts'
import { ask, tell } from '../../io/tell.ts'
import { columnsOf } from '../../io/terminal.ts'
import { shown } from '../../shown.ts'
import type { StateRecord } from '../../state/kept.ts'
import type { StatePlace, StateShownPlan } from '../state-shown-plan.ts'
import { FolderState } from './folder-state.ts'
import { type FoundState, holdingsOf, summaryOf } from './state-summary.ts'
import { stateTable } from './state-table.ts'

const say = (text: string) => tell(`uc-state: ${text}`)

/** A state, wherever it lies. */
export interface ShownState {
  /** As messages call it. */
  readonly name: string
  find(): Promise<readonly FoundState[]>
  /** Nobody else can use it until it is done. Asks with what it holds; whoever says no throws. */
  empty(ask: (records: readonly StateRecord[]) => Promise<void>): Promise<void>
}

export async function run({ place, format, resets, asks }: StateShownPlan): Promise<number> {
  const watch = new SignalWatch()
  onSignal((signal) => watch.receive(signal))
  const state = await stateIn(place, watch)
  if (!resets) await show(await state.find(), format)
  else await reset(state, asks ? watch : undefined)
  return 0
}

async function stateIn(place: StatePlace, watch: SignalWatch): Promise<ShownState> {
  if ('folder' in place) return new FolderState(place.folder, say)
  const { GroupTopicState } = await import('./group-topic-state.ts')
  return new GroupTopicState(place, { say, during: (work) => watch.during(work) })
}

async function show(
  found: readonly FoundState[],
  format: StateShownPlan['format'],
): Promise<void> {
  const nowMs = Date.now()
  const isTable = format === undefined ? isTerminal('stdout') : format === 'table'
  const width = isTerminal('stdout') ? columnsOf('stdout') : undefined
  const texts = found.map((state) => {
    const summary = summaryOf(state, nowMs)
    if (!isTable) return `${shown(JSON.stringify(summary))}\n`
    const title = found.length > 1 ? `${shown(state.name)}\n` : ''
    return `${title}${stateTable(summary, width)}`
  })
  await writeOut(new TextEncoder().encode(texts.join(isTable ? '\n' : '')))
}

/** `asking`: watched while a question stands; undefined: nobody is asked. */
async function reset(state: ShownState, asking: SignalWatch | undefined): Promise<void> {
  if (asking !== undefined && !(isTerminal('stdin') && isTerminal('stderr'))) {
    throw new UcError('usage', '--reset: no terminal to ask on; add --yes')
  }
  await state.empty(async (records) => {
    if (asking !== undefined && records.length > 0) await confirm(state.name, records, asking)
  })
}

async function confirm(
  name: string,
  records: readonly StateRecord[],
  watch: SignalWatch,
): Promise<void> {
  const { inputs, partitions, windows } = holdingsOf(records)
  const held = windows.reduce((sum, { open, revisable }) => sum + open + revisable, 0)
  const read = partitions.length > 0
    ? numbered(partitions.length, 'partition')
    : numbered(inputs.length, 'input')
  const what = `${read}, ${numbered(held, 'window')}`
  ask(`uc-state: empties the state ${name}: ${what}; go on? [y/N] `)
  const { value } = await watch.during(chunksOf(0).next())
  if (value === undefined) tell('') // ends the line as an answer does
  const answer = new TextDecoder().decode(value)
  if (!/^y(es)?\s*$/i.test(answer)) throw new UcError('failed', 'the state is left as it is')
}

function numbered(count: number, thing: string): string {
  return `${grouped(count)} ${thing}${count === 1 ? '' : 's'}`
}
