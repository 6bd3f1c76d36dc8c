/** Whole processes with threads: readers that leave, signals, threads that die. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { binFolder, denoPath } from './support/paths.ts'
import { denoPermissions } from './support/routes.ts'
import { Running } from './support/running.ts'
import { shell } from './support/shell.ts'

const runtimes = [
  { name: 'Node', command: process.execPath, flags: [] },
  { name: 'Deno', command: denoPath, flags: ['run', ...denoPermissions.split(' ')] },
] as const

const pipeline = join(binFolder, 'uc-pipeline')
const threads = ['--threads', '2', '--window', '1s']

describe('uc-pipeline with threads', () => {
  let cwd: string

  before(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'uc-threads-'))
    // 40 MB in ten pieces; and nobody writes to the pipe, so that a run which reads it does not end.
    await shell('uc-generate -c 20000 -n 500 -r 100 -o frames; mkfifo endless', { cwd })
  })
  after(() => rmSync(cwd, { recursive: true }))

  for (const { name, command, flags } of runtimes) {
    test(`ends at once and says nothing when its reader leaves, on ${name}`, async () => {
      const line = [command, ...flags, pipeline, ...threads, 'frames'].join(' ')
      const { stdout, stderr } = await shell(`${line} | head -1; echo "\${PIPESTATUS[0]}"`, { cwd })
      assert.match(stdout, /^{"window":"1s",.*}\n0\n$/)
      assert.equal(stderr, '')
    })

    for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
      test(`${signal} ends it with ${status}, open windows as early panes, on ${name}`, async () => {
        const argv = [...flags, pipeline, ...threads, 'frames', 'endless']
        const running = new Running(spawn(command, argv, { cwd }))
        await running.says('"pane":"on-time"')
        running.child.kill(signal)
        assert.equal(await running.status(), status)
        assert.match(running.stdout, /"pane":"early"}\n$/)
        assert.match(running.stderr, new RegExp(`stopped by ${signal}`))
      })
    }
  }

  for (
    const [how, code, message] of [
      [
        'ends',
        'process.exit(9)',
        'a thread has died: it ended with status 9; --threads 1 does without',
      ],
      [
        'needs too much memory',
        'for (const all = [];;) all.push(new Array(1000).fill({}))',
        'memory: a thread needs more than the runtime allows it; use a lower --max-line',
      ],
    ] as const
  ) {
    test(`a thread that ${how} ends the run with 1 and a sentence`, async () => {
      const preload = join(cwd, 'preload.mjs')
      writeFileSync(
        preload,
        `import { isMainThread } from 'node:worker_threads'
        if (!isMainThread) { ${code} }`, // before it has done anything: later it may be idle
      )
      const environment = { NODE_OPTIONS: `--import ${preload} --max-old-space-size=100` }
      const script = 'uc-pipeline --threads 2 frames endless'
      const { stderr, status } = await shell(script, { cwd, environment })
      assert.equal(stderr, `uc-pipeline: ${message}\n`)
      assert.equal(status, 1)
    })
  }
})
