/** uc-state: what a state holds, by its keys alone; or nothing any more. */
import { UcError } from '../../errors.ts'
import { shownName } from '../../io/file-name.ts'
import { grouped } from '../../io/result-format.ts'
import { chunksOf, isTerminal, onSignal, writeOut } from '../../io/runtime.ts'
import { SignalWatch } from '../../io/signals.ts'
import { inspectState } from '../../io/state/inspect.ts'
import { openStore } from '../../io/state/store.ts'
import { tell, tellProgress } from '../../io/tell.ts'
import { shown } from '../../shown.ts'
import type { StateRecord } from '../../state/kept.ts'
import type { StateShownPlan } from '../state-shown-plan.ts'
import { holdingsOf, summaryOf } from './state-summary.ts'
import { stateTable } from './state-table.ts'

const say = (text: string) => tell(`uc-state: ${text}`)

export async function run(plan: StateShownPlan): Promise<number> {
  if (plan.resets) await reset(plan)
  else await show(plan)
  return 0
}

async function show({ folder, format }: StateShownPlan): Promise<void> {
  const { records, contents, commits, savedMs, pid, diskBytes } = await inspectState(folder)
  const summary = summaryOf({
    name: shownName(folder),
    records,
    recordBytes: contents.bytes,
    commits,
    savedMs,
    files: { diskBytes, pid },
  }, Date.now())
  const isTable = format === undefined ? isTerminal('stdout') : format === 'table'
  const text = isTable ? stateTable(summary) : `${shown(JSON.stringify(summary))}\n`
  await writeOut(new TextEncoder().encode(text))
}

/** The store is open, so locked, while the question stands: what is shown is what is emptied. */
async function reset({ folder, asks }: StateShownPlan): Promise<void> {
  if (asks && !(isTerminal('stdin') && isTerminal('stderr'))) {
    throw new UcError('usage', '--reset asks, and there is no terminal; add --yes')
  }
  const { store, records } = await openStore(folder, { create: false, say })
  try {
    if (asks && records.length > 0) await confirm(folder, records)
    await store.commit(records.map(([key]) => [key, null]))
  } finally {
    await store.close()
  }
}

async function confirm(folder: string, records: readonly StateRecord[]): Promise<void> {
  const { inputs, windows } = holdingsOf(records)
  const held = windows.reduce((sum, { open, revisable }) => sum + open + revisable, 0)
  const what = `${numbered(inputs.length, 'input')}, ${numbered(held, 'window')}`
  tellProgress(`uc-state: empties the state ${shownName(folder)}: ${what}; go on? [y/N] `)
  const watch = new SignalWatch()
  onSignal((signal) => watch.receive(signal))
  const { value } = await watch.during(chunksOf(0).next())
  if (value === undefined) tell('') // ends the line as an answer does
  const answer = new TextDecoder().decode(value)
  if (!/^y(es)?\s*$/i.test(answer)) throw new UcError('failed', 'the state is left as it is')
}

function numbered(count: number, thing: string): string {
  return `${grouped(count)} ${thing}${count === 1 ? '' : 's'}`
}
