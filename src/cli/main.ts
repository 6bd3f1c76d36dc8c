/** Entry of every command: from arguments to an exit status. */
import { exitStatus, stopStatus, UcError } from '../errors.ts'
import { traceOf, wordsOf } from '../io/report.ts'
import { commandLine, exit, ignoreDebugSignal, ReaderLeft, writeOut } from '../io/runtime.ts'
import { Stopped } from '../io/signals.ts'
import { tell } from '../io/tell.ts'
import { type Action, actionOf } from './action.ts'
import {
  count,
  extract,
  fromKafka,
  generate,
  merge,
  pipeline,
  toKafka,
  window,
} from './commands.ts'
import { completion } from './completion.ts'
import { renderHelp, renderOverview } from './help.ts'
import { parseArguments } from './parse.ts'
import { version } from './version.ts'

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
      return await print(renderOverview())
    case 'help':
      return await print(renderHelp(action.command, action))
    case 'completion':
      return await print(completion(action.shell))
    case 'version':
      return await print(`uc-toolkit ${version}\n`)
  }
}

async function run({ command, argv }: Extract<Action, { type: 'run' }>): Promise<number> {
  switch (command.name) {
    case extract.name: {
      const { runExtract } = await import('./run/extract.ts')
      return await runExtract(await parseArguments(extract, argv))
    }
    case window.name: {
      const { runWindow } = await import('./run/window.ts')
      return await runWindow(await parseArguments(window, argv))
    }
    case count.name: {
      const { runCount } = await import('./run/count.ts')
      return await runCount(await parseArguments(count, argv))
    }
    case merge.name: {
      const { runMerge } = await import('./run/merge.ts')
      return await runMerge(await parseArguments(merge, argv))
    }
    case pipeline.name: {
      const { runPipeline } = await import('./run/pipeline.ts')
      return await runPipeline(await parseArguments(pipeline, argv))
    }
    case fromKafka.name: {
      const { runFromKafka } = await import('./run/from-kafka.ts')
      return await runFromKafka(await parseArguments(fromKafka, argv))
    }
    case toKafka.name: {
      const { runToKafka } = await import('./run/to-kafka.ts')
      return await runToKafka(await parseArguments(toKafka, argv))
    }
    case generate.name: {
      const { runGenerate } = await import('./run/generate.ts')
      return await runGenerate(await parseArguments(generate, argv))
    }
    default:
      throw new Error(`${command.name} is in the table and nowhere else`)
  }
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
  const hasHint = error.message.includes('--help')
  if (error.code === 'usage' && !hasHint) tell(`${name}: see ${name} --help`)
  return exitStatus[error.code]
}
