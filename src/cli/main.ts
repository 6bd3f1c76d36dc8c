/** Entry of every command: from arguments to an exit status. */
import { exitStatus, stopStatus, UcError } from '../errors.ts'
import { traceOf, wordsOf } from '../io/report.ts'
import {
  commandLine,
  exit,
  ignoreDebugSignal,
  isTerminal,
  platform,
  ReaderLeft,
  writeOut,
} from '../io/runtime.ts'
import { Stopped } from '../io/signals.ts'
import { tell } from '../io/tell.ts'
import { columnsOf, paintsOf } from '../io/terminal.ts'
import { type Action, actionOf } from './action.ts'
import { completion } from './completion.ts'
import { emphasized } from './help-emphasis.ts'
import { renderHelp, renderOverview, renderOwnHelp } from './help.ts'
import { parseArguments } from './parse.ts'
import { version } from '../version.ts'

/** Runs `program`, `uc` or `uc-…`, with the arguments of the process, and ends the process. */
export async function main(program: string): Promise<void> {
  ignoreDebugSignal()
  let name = program
  let status: number
  try {
    const action = actionOf(program, commandLine)
    if (action.type === 'run') name = action.command.name
    status = await act(action)
  } catch (error) {
    status = statusOf(error, name)
  }
  await exit(status)
}

async function act(action: Action): Promise<number> {
  switch (action.type) {
    case 'run':
      return await run(action)
    case 'overview':
      return await printHelp(renderOverview(helpWidth()))
    case 'help':
      return await printHelp(renderHelp(action.command, { ...action, width: helpWidth() }), action)
    case 'help of uc':
      return await printHelp(renderOwnHelp(action.word, helpWidth()))
    case 'completion':
      return await print(await completion(action.shell))
    case 'version':
      return await print(`${action.of} ${version} (${platform})\n`)
  }
}

async function run({ command, argv }: Extract<Action, { type: 'run' }>): Promise<number> {
  const plan = await command.plan(await parseArguments(command, argv))
  const { run } = await command.load()
  return await run(plan)
}

/** Longer lines are hard to read, shorter ones hardly hold a word. */
function helpWidth(): number {
  return Math.max(40, Math.min(columnsOf('stdout'), 100))
}

async function printHelp(text: string, { isLong = false } = {}): Promise<number> {
  const { strong } = paintsOf('stdout')
  if (!isLong || !isTerminal('stdout')) return await print(emphasized(text, strong))
  const { isPaged, showsEmphasis } = await import('../io/pager.ts')
  if (await isPaged(showsEmphasis() ? emphasized(text, strong) : text)) return 0
  return await print(emphasized(text, strong))
}

async function print(text: string): Promise<number> {
  await writeOut(new TextEncoder().encode(text))
  return 0
}

function statusOf(error: unknown, name: string): number {
  if (error instanceof ReaderLeft) return 0
  if (error instanceof Stopped) return stopStatus[error.signal]
  tell(`${name}: ${wordsOf(error)}`, ...traceOf(error))
  if (!(error instanceof UcError)) return exitStatus.failed
  if (error.code === 'usage') tell(`${name}: see ${name} --help`)
  return exitStatus[error.code]
}
