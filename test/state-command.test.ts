/** uc-state against what the run with that state writes in the end. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import process from 'node:process'
import { describe, test } from 'node:test'
import type { StateSummary } from '../src/cli/run/state-summary.ts'
import type { ResultLine } from '../src/records.ts'
import { withFolder } from './support/folder.ts'
import { binFolder } from './support/paths.ts'
import { Running } from './support/running.ts'
import { shell } from './support/shell.ts'

const generated = 'uc-generate -c 4000 -r 10 -n 900 --frame-bytes 200 -d 90 -p 20 --broken 2 > all'

describe('users and windows are those of the lines that the run writes', () => {
  const kinds: Readonly<Record<string, string>> = {
    'exact, none of them over': '--day --month --max-delay 2m',
    'exact, with late frames': '--minute --hour --max-delay 5s --lateness 30d',
    'by sketches': '--minute --window 15m --method hll --precision 10 --lateness 30d',
    'by both': '--minute --day --exact-limit 400 --precision 18 --lateness 30d',
    'in a zone with a week of its own':
      '--day --week --week-start sunday --tz Australia/Lord_Howe --lateness 30d',
    'by the parser of JSON': '--parser json --hour --lateness 30d',
  }
  for (const [name, flags] of Object.entries(kinds)) {
    test(name, async () => {
      await withFolder(async (cwd) => {
        const run = `uc-pipeline ${flags} --state s --out out`
        await shell(`${generated}; split -n l/2 all part.; ${run} part.aa; ${run} part.ab`, { cwd })
        const seen: StateSummary = JSON.parse((await shell('uc-state s', { cwd })).stdout)
        const { stdout } = await shell(`wc -lc < all; ${run} --close --stats stats; cat out`, {
          cwd,
        })
        const [sizes = '', ...lines] = stdout.trim().split('\n')
        const [count, bytes] = sizes.trim().split(/\s+/).map(Number)
        const last = new Map<string, ResultLine>()
        for (const line of lines.map((text): ResultLine => JSON.parse(text))) {
          last.set(`${line.window}/${line.start}`, line)
        }
        const windows = [...last.values()]
        assert.ok(last.size > 0)
        for (const { window, open, revisable, users, exact, first, last } of seen.windows) {
          const ofKind = windows.filter((line) => line.window === window)
          assert.deepEqual({ count: open + revisable, users, exact, first, last }, {
            count: ofKind.length,
            users: ofKind.reduce((sum, { users }) => sum + users, 0),
            exact: ofKind.every(({ method }) => method === 'exact'),
            first: Math.min(...ofKind.map(({ start }) => start)),
            last: Math.max(...ofKind.map(({ start }) => start)),
          }, window)
        }
        assert.equal(seen.windows.length, new Set(windows.map(({ window }) => window)).size)
        assert.equal(seen.lines, count)
        assert.equal(seen.lines, seen.malformed + seen.frames)
        assert.equal(seen.inputs.reduce((sum, { bytes }) => sum + bytes, 0), bytes)
        assert.deepEqual(seen.inputs.map(({ over }) => over), [true, true])
        const { stdout: after } = await shell('uc-state s', { cwd })
        assert.deepEqual(JSON.parse(after).windows, [])
      })
    })
  }
})

test('a state that is in use is shown, and not emptied', async () => {
  await withFolder(async (cwd) => {
    await shell(generated, { cwd })
    const frames = '(cat all; sleep 1; cat all; sleep 60)'
    const run = `${frames} | ${binFolder}/uc-pipeline --day --state s --checkpoint 100ms`
    const running = new Running(spawn('bash', ['-c', run], { cwd, detached: true }))
    try {
      const look =
        'until uc-state s 2> /dev/null | grep -q "\\"commits\\":[1-9]"; do sleep 0.2; done'
      const { stdout, stderr, status } = await shell(
        `${look}; uc-state s --format table; uc-state --reset -y s`,
        { cwd },
      )
      assert.match(stdout, /^day +\d+ +0 +\d+ +2016-07-11T00:00:00Z/m)
      assert.match(stdout, /^process +\d+ has it open/m)
      assert.match(stderr, /^uc-state: the state "s" is in use by the process \d+; wait for/)
      assert.equal(status, 1)
    } finally {
      process.kill(-running.child.pid!, 'SIGKILL')
    }
  })
})

describe('a reset asks on a terminal', () => {
  const run = 'uc-pipeline --day --state s --out out all'
  const typed = (text: string) =>
    `(sleep 1.5; printf '${text}'; sleep 1) | script -qec 'uc-state --reset s' /dev/null; echo "= $?"
    uc-state s | grep -c '"windows":\\[\\]'`
  const answers: Readonly<Record<string, readonly [script: string, said: RegExp]>> = {
    'and goes on by y': [typed('y\\n'), /s: 1 input, \d windows?; go on\? \[y\/N\][^]*= 0\n1\n$/],
    'and not by anything else': [typed('\\n'), /the state is left as it is\s+= 1\n0\n$/],
    'and not by Ctrl-C': [typed('\\003'), /= 130\n0\n$/],
    'and nowhere else': [
      `uc-state --reset s 2>&1; echo "= $?"`,
      /^uc-state: --reset: no terminal to ask on; add --yes\n[^]*= 2\n$/,
    ],
    'without --yes, after which a run begins anew, with other flags': [
      `uc-state --reset --yes s; rm out; uc-pipeline --hour --state s --out out --close all
      uc-pipeline --hour all | cmp - out && echo same`,
      /^same\n$/,
    ],
  }
  for (const [name, [script, said]] of Object.entries(answers)) {
    test(name, async () => {
      await withFolder(async (cwd) => {
        await shell(`${generated}; ${run}`, { cwd })
        assert.match((await shell(script, { cwd })).stdout, said)
      })
    })
  }
})
