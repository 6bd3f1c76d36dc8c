/** A run with a state, killed at any moment, and what else belongs to --state. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../src/generate/random.ts'
import { killFiles } from './chaos/files.ts'
import { withFolder } from './support/folder.ts'
import { binFolder, denoPath } from './support/paths.ts'
import { Running } from './support/running.ts'
import { seed, seedHint } from './support/seed.ts'
import { shell, type ShellResult } from './support/shell.ts'

test('killed at any moment, a run that goes on gives what one gives that is not', async (t) => {
  t.diagnostic(seedHint)
  await withFolder((folder) => killFiles(seededRandom(seed), folder, 15))
})

const generated = 'uc-generate -c 3000 -r 10 --frame-bytes 200 -d 60 -p 10 > all'
const whole = 'uc-pipeline --minute --day all > whole'
const run = 'uc-pipeline --minute --day --state s --out out'

function onDeno(allowed: string, call: string): string {
  return `${denoPath} run --no-prompt ${allowed} ${binFolder}/${call}`
}

/** What the script prints, in a folder that has `all`, and `whole`, its lines. */
async function tried(script: string): Promise<ShellResult> {
  return await withFolder(async (cwd) => {
    await shell(`${generated}; ${whole}`, { cwd })
    return await shell(script, { cwd })
  })
}

describe('runs with one state are one run', () => {
  const same: Readonly<Record<string, string>> = {
    'by hours': `split -n l/4 all part.; for f in part.*; do ${run} $f; done; ${run} --close`,
    'cut in a line':
      `split -n 4 all part.; for f in part.*; do cat $f | ${run}; done; ${run} --close < /dev/null`,
    'compressed':
      `split -n l/3 all part.; gzip part.*; for f in part.*; do ${run} $f; done; ${run} --close`,
    'in a file that grows':
      `for n in 1000 2000 99999; do head -$n all > f; ${run} f; done; ${run} --close f`,
    'in a file that grows in a line':
      `for n in 1000 150000 999999; do head -c $n all > f; ${run} f; done; ${run} --close f`,
    'in a gzip file that grows':
      `split -n l/3 all part.; for f in part.*; do gzip -c $f >> g.gz; ${run} g.gz; done
      ${run} --close g.gz`,
    'with all files named each time':
      `split -n l/3 all part.; ${run} part.aa; ${run} part.aa part.ab; ${run} --close part.*`,
    'by other names':
      `split -n l/2 all part.; ${run} part.aa; mv part.aa old; ${run} --close old part.ab`,
    'with logs that rotate': `split -n l/3 all part.; cp part.aa l; ${run} l
      cat part.ab >> l; mv l l.1; cp part.ac l; ${run} l.1; ${run} --close l`,
    'with logs that rotate when they are counted': `split -n l/2 all part.; cp part.aa l; ${run} l
      mv l l.1; cp part.ab l; ${run} l.1; ${run} --close l`,
    'with logs that are copied and cut': `split -n l/2 all part.; cp part.aa l; ${run} l
      cp l l.1; cat part.ab > l; ${run} l.1; ${run} --close l`,
    'with frames that are held':
      `head -5 all > few; tail -n +6 all > rest; ${run} few; ${run} --close rest`,
    'with threads now and then':
      `split -n l/3 all part.; ${run} part.aa; ${run} --threads 2 part.a[ab]; ${run} --close part.*`,
    'to another file each time': `split -n l/2 all part.; ${run} part.aa; mv out first
      ${run}2 --close part.ab; cat first out2 > out`,
    'to standard output': `split -n l/2 all part.
      { uc-pipeline --minute --day --state s part.aa; uc-pipeline --minute --day --state s --close part.ab; } > out`,
  }
  for (const [name, script] of Object.entries(same)) {
    test(name, async () => {
      const { stdout, stderr } = await tried(`(${script}) && cmp out whole && echo same`)
      assert.equal(stdout, 'same\n', stderr)
    })
  }
})

describe('what does not fit a state is refused', () => {
  const refused: Readonly<Record<string, readonly [script: string, said: RegExp]>> = {
    'other flags': [
      `${run} all; ${run} --month --max-delay 7s all`,
      /^uc-pipeline: the state in s was saved with --month off \(here on\), --max-delay 5s \(here 7s\); use/,
    ],
    'a file that has changed': [
      `${run} all; sed -i 1s/1/2/ all; ${run} all`,
      /^uc-pipeline: all: does not begin with the [\d,]+ bytes that the state has counted of it; give/,
    ],
    'a file that has become shorter': [
      `${run} all; head -100 all > f; mv f all; ${run} all`,
      /^uc-pipeline: all: has [\d,]+ bytes, of which the state has counted [\d,]+; give/,
    ],
    'an output that has become shorter': [
      `${run} all; : > out; ${run} all`,
      /uc-pipeline: --out "out" has 0 bytes, of which the state has written \d+; restore it, or/,
    ],
    'another output, where the last one is not cut': [
      `${run} all; echo >> out; uc-pipeline --minute --day --state s --out new all`,
      /^uc-pipeline: --out: .*\/out has lines that were written since the state was saved, and would/,
    ],
    'an output of another time': [
      `split -n l/2 all part.; ${run} part.aa; ${run}2 part.ab; ${run} all`,
      /^uc-pipeline: --out: .*\/out is not the file that the state has written last, and not empty/,
    ],
    'a second process': [
      `(sleep 4 | ${run}) & sleep 2; ${run} all; rc=$?; wait; exit $rc`,
      /^uc-pipeline: the state "s" is in use by the process \d+/,
    ],
    'a folder of something else': [
      `mkdir s; echo x > s/f; ${run} all`,
      /^uc-pipeline: the state "s" /,
    ],
    'no state where only positions are asked for': [
      'uc-pipeline --state s --position',
      /^uc-pipeline: the state "s" /,
    ],
  }
  for (const [name, [script, said]] of Object.entries(refused)) {
    test(name, async () => {
      const { stderr, status } = await tried(script)
      assert.match(stderr, said)
      assert.equal(status, 1)
    })
  }
})

describe('of a run that is refused no state is left', () => {
  const refused: Readonly<Record<string, readonly [script: string, left: string]>> = {
    'for its input': [`${run} nowhere`, ''],
    'for its output': [`uc-pipeline --state s --out nowhere/out all`, ''],
    'for what it may not load': [
      `${onDeno('--allow-read --allow-write', 'uc-pipeline --state s all')}`,
      '',
    ],
    'in a folder that was there': [`mkdir s; ${run} nowhere`, 's'],
    'but what was saved before': [`${run} all; ${run} nowhere`, 's s/records s/uc-state'],
  }
  for (const [name, [script, left]] of Object.entries(refused)) {
    test(name, async () => {
      const { stdout, stderr } = await tried(`(${script}) > /dev/null; echo $?
        find s -path 's/records/*' -o -print 2> /dev/null | sort | paste -sd ' '`)
      assert.equal(stdout.trimEnd(), `1\n${left}`.trimEnd(), stderr)
    })
  }
})

test('what Deno has to allow is said', async () => {
  const allowed: readonly (readonly [flags: string, call: string, missing: string])[] = [
    ['--allow-read --allow-write', 'uc-pipeline --state s all', 'ffi'],
    ['--allow-ffi --allow-write --allow-read=.', 'uc-pipeline --state s all', 'read'],
    ['--allow-ffi --allow-read', 'uc-pipeline --state s all', 'write'],
    ['--allow-ffi --allow-read --allow-write=s', 'uc-state t', 'write'],
  ]
  const script = allowed.map(([flags, call]) => `${onDeno(flags, call)} 2>&1`).join(';')
  const { stdout } = await tried(`uc-pipeline --state t all > /dev/null; ${script}`)
  const said = stdout.trimEnd().split('\n')
  assert.equal(said.length, allowed.length, stdout)
  for (const [i, [, call, missing]] of allowed.entries()) {
    const [command] = call.split(' ')
    assert.match(
      said[i]!,
      new RegExp(
        `^${command}: (deno: |the state "s" cannot be made: )requires ${missing} .*--allow-${missing}`,
        'i',
      ),
    )
  }
})

test('positions, files left out, and counts with what is held', async () => {
  const { stdout, stderr } = await tried(`
    head -5 all > few
    uc-pipeline --max-delay 7s --state s --stats stats few > /dev/null; cat stats
    uc-pipeline --max-delay 7s --state s few > /dev/null
    uc-pipeline --state s --position | sed 's#"/.*/#"#'
    cat few | uc-pipeline --state t
    uc-pipeline --state t --position`)
  const bytes = /"few","bytes":(\d+)/.exec(stdout)?.[1]
  assert.match(stdout, /"frames":5,"accepted":0,"quarantined":0,"outOfRange":0,"held":5/)
  assert.equal(stderr, 'uc-pipeline: few: counted already; left out\n')
  assert.match(stdout, new RegExp(`"stdin","bytes":${bytes}`))
})

test('while nothing comes, what has come is saved, once', async () => {
  await withFolder(async (cwd) => {
    await shell(generated, { cwd })
    const flags = ['--day', '--state', 's', '--checkpoint', '200ms']
    const running = new Running(
      spawn(process.execPath, [`${binFolder}/uc-pipeline`, ...flags], { cwd }),
    )
    const frames = readFileSync(`${cwd}/all`)
    running.child.stdin.write(frames)
    const look = async () => {
      const { stdout } = await shell('uc-state s', { cwd })
      return stdout === '' ? {} : JSON.parse(stdout)
    }
    try {
      let seen = await look()
      for (let left = 20; left > 0 && seen.inputs?.[0]?.bytes !== frames.length; left--) {
        await sleep(200)
        seen = await look()
      }
      assert.equal(seen.inputs?.[0]?.bytes, frames.length)
      await sleep(600)
      assert.equal((await look()).commits, seen.commits)
    } finally {
      running.child.kill('SIGKILL')
      await running.status()
    }
  })
})
