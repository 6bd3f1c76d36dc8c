/**
 * What a shell script takes: wall time, CPU of all its processes, and memory of the largest one.
 * The kernel's account of waited-for children serves, so that native programs count as Node does.
 * What asks for it stands between this process and the script, because a process that Node starts
 * begins with Node's own peak memory. Python's account has microseconds, GNU time hundredths; bash
 * alone knows no memory.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shell } from '../support/shell.ts'

export interface Spent {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  /** Undefined where nothing on the machine tells. Python makes 15 MB the least. */
  readonly peakMegabytes: number | undefined
}

export interface Meter {
  readonly name: string
  /** Runs $SCRIPT; writes "wall user system [kilobytes]" into the file `spent`. */
  readonly script: string
}

// `earlier`: where python3 is a script of pyenv, this process has had children before.
const python = `
import os, resource, subprocess, sys, time
earlier = resource.getrusage(resource.RUSAGE_CHILDREN)
began = time.perf_counter()
status = subprocess.call(["bash", "-o", "pipefail", "-c", os.environ["SCRIPT"]])
wall = time.perf_counter() - began
use = resource.getrusage(resource.RUSAGE_CHILDREN)
kilobytes = use.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
user, system = use.ru_utime - earlier.ru_utime, use.ru_stime - earlier.ru_stime
print(wall, user, system, kilobytes, file=open("spent", "w"))
sys.exit(status)`

const meters: readonly (Meter & { readonly probe: string })[] = [
  {
    name: 'getrusage by Python',
    probe: 'python3 -c "import resource"',
    script: `python3 -c '${python}'`,
  },
  {
    name: 'GNU time',
    probe: `command time -f '%e %U %S %M' true`,
    script: `command time -o spent -f '%e %U %S %M' bash -o pipefail -c "$SCRIPT"`,
  },
  {
    name: 'time of bash, which knows no memory',
    probe: 'true',
    script: `TIMEFORMAT='%3R %3U %3S'; { time bash -o pipefail -c "$SCRIPT" 2>&3; } 3>&2 2> spent`,
  },
]

/** The best that the machine has. */
export async function findMeter(): Promise<Meter> {
  for (const meter of meters) {
    if ((await shell(meter.probe)).status === 0) return meter
  }
  throw new Error('bash is needed')
}

export async function metered(
  script: string,
  { meter, cwd }: { readonly meter: Meter; readonly cwd: string },
): Promise<{ readonly stdout: string; readonly spent: Spent }> {
  const ran = await shell(meter.script, { cwd, environment: { SCRIPT: script } })
  assert.equal(ran.status, 0, `${script}: ${ran.stderr}`)
  const numbers = readFileSync(join(cwd, 'spent'), 'utf8').trim().split(' ').map(Number)
  const [wallSeconds = NaN, user = NaN, system = NaN, kilobytes] = numbers
  const peakMegabytes = kilobytes === undefined ? undefined : kilobytes * 1024 / 1e6
  return { stdout: ran.stdout, spent: { wallSeconds, cpuSeconds: user + system, peakMegabytes } }
}
