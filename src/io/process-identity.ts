/**
 * Which process of which machine this is, in words that another process can check: whether the one
 * that they name has ended. Ids of processes are given anew after a restart of the machine, count
 * from 1 in each container, and come again when all have been used. So beside the id stand the boot
 * of the machine with the namespace of its ids, and when the process started. Where these are not
 * told (no Linux, or Deno without --allow-all) nothing is said of a process but its host.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostName, isProcess, mayRead, processId } from './runtime.ts'

export interface ProcessIdentity {
  /** What people call the machine, or the container. */
  readonly host?: string
  readonly pid: number
  /** Of processes whose ids can be compared: host, boot, namespace. */
  readonly machine?: string
  /** Clock ticks from the boot to its start. */
  readonly started?: number
}

export function thisProcess(): ProcessIdentity {
  return own ??= identify()
}

let own: ProcessIdentity | undefined

function identify(): ProcessIdentity {
  const host = hostName()
  const known = { pid: processId, ...(host === undefined ? {} : { host }) }
  const boot = system('/proc/sys/kernel/random/boot_id')?.trim()
  const namespace = system('/proc/self/ns/pid', readlinkSync)
  // The folder can be that of another namespace, in which our id is another one
  const stat = statOf('self')
  const isComplete = host !== undefined && boot !== undefined && namespace !== undefined
  if (!isComplete || stat?.pid !== processId) return known
  return { ...known, machine: `${host} ${boot} ${namespace}`, started: stat.started }
}

/** Whether it was a process of this machine, so that `hasEnded` can tell. */
export function isOfThisMachine({ machine }: ProcessIdentity): boolean {
  return machine !== undefined && machine === thisProcess().machine
}

/** Whether it is certain that the process is no more. One that is suspended is there. */
export function hasEnded(process: ProcessIdentity): boolean {
  if (!isOfThisMachine(process)) return false
  const isThere = isProcess(process.pid)
  if (isThere !== true) return isThere === false
  const stat = statOf(process.pid) // others' processes may be hidden
  return stat !== undefined && (stat.isOver || stat.started !== process.started)
}

/**
 * /proc/PID/stat: `4711 (any name) S 1 …`, of which the first field after the name is the state,
 * Z for one that has ended and whose parent has not asked, and the 20th the start.
 */
function statOf(
  id: number | 'self',
): { pid: number; isOver: boolean; started: number } | undefined {
  const text = system(`/proc/${id}/stat`)
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? []
  const [state, started] = [fields[0], Number(fields[19])]
  if (text === undefined || !Number.isSafeInteger(started)) return undefined
  return { pid: Number.parseInt(text, 10), isOver: state === 'Z' || state === 'X', started }
}

function system(
  path: string,
  read = (path: string) => readFileSync(path, 'utf8'),
): string | undefined {
  try {
    return mayRead(path) ? read(path) : undefined
  } catch {
    return undefined
  }
}
