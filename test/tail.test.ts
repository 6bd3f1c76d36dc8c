/** The recipe of README for a log that is being written, while the log is rotated in both ways. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, copyFileSync, readFileSync, renameSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { withFolder } from './support/folder.ts'
import { binFolder, root } from './support/paths.ts'

const recipe = /^tail -n \+1 -F app\.log \| (uc-pipeline .*)$/m

test('a log that tail -F follows is counted across rotations, and Ctrl-C shows what is open', async () => {
  const [, pipeline = ''] = recipe.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  assert.match(pipeline, /--minute/)
  await withFolder(async (cwd) => {
    const log = join(cwd, 'app.log')
    appendFileSync(log, '')
    const script = `tail -n +1 -F app.log | ${pipeline.replace('--minute', '--year')}`
    const child = spawn('bash', ['-c', script], {
      cwd,
      detached: true, // a terminal sends Ctrl-C to the group
      env: { ...process.env, PATH: `${binFolder}:${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => said.stdout += chunk)
    child.stderr.on('data', (chunk) => said.stderr += chunk)
    const closed = new Promise((resolve) => child.on('close', resolve))
    const last = () => JSON.parse(said.stdout.trim().split('\n').at(-1) || '{}')
    const counted = async (users: number) => {
      for (let i = 0; i < 300 && last().users !== users; i++) await sleep(50)
      assert.equal(last().users, users, said.stderr)
      assert.equal(last().pane, 'early')
    }
    let users = 0
    const write = () => {
      const ts = Date.UTC(2026, 5) / 1000 + users
      appendFileSync(log, `{"uid":"u${users++}","ts":${ts}}\n`)
    }
    try {
      for (let i = 0; i < 9; i++) write() // fewer are held, as nobody knows the time yet
      await counted(9)
      renameSync(log, `${log}.1`)
      write()
      await counted(10)
      copyFileSync(log, `${log}.2`)
      truncateSync(log)
      await sleep(1500)
      write()
      write()
      await counted(12)
      write()
      await sleep(1500)
      process.kill(-child.pid!, 'SIGINT')
      await closed
      assert.equal(last().users, 13, said.stderr)
    } finally {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // it has ended
      }
    }
  })
})
