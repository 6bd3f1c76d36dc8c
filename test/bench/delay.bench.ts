/**
 * How long after the frame that closes a window does its line come out?
 *
 *   npm run bench -- delay           200 windows by each route
 *   npm run bench -- delay 1000
 *
 * Frames are written one by one into running commands; the clock runs from the write of the frame
 * that moves the watermark to the window's end until the line has been read. Each line is looked at
 * before the next window begins: it must be that window's, with the users that were sent.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { binFolder, denoPath } from '../support/paths.ts'
import { denoPermissions } from '../support/routes.ts'

const windows = Number(process.argv[2] ?? 200)
const startSeconds = 1_468_244_340
const flags = ['--window', '1s', '--max-delay', '1s']
const pad = 'x'.repeat(2000)

interface Route {
  readonly input: Writable
  readonly output: Readable
}

const node = (name: string, ...args: string[]) => {
  const stdio = ['pipe', 'pipe', 'inherit'] as const
  return spawn(process.execPath, [join(binFolder, name), ...args], { stdio: [...stdio] })
}

function pipeline(): Route {
  const { stdin, stdout } = node('uc-pipeline', ...flags)
  return { input: stdin!, output: stdout! }
}

function pipe(): Route {
  const script = `uc-extract | uc-window ${flags.join(' ')} | uc-count`
  const { stdin, stdout } = spawn('bash', ['-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PATH: `${binFolder}:${process.env['PATH']}` },
  })
  return { input: stdin!, output: stdout! }
}

function onDeno(): Route {
  const args = ['run', ...denoPermissions.split(' '), join(binFolder, 'uc-pipeline')]
  const { stdin, stdout } = spawn(denoPath, [...args, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return { input: stdin!, output: stdout! }
}

async function delays({ input, output }: Route): Promise<number[]> {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]()
  const send = (second: number, uid: string) =>
    input.write(`{"uid":"${uid}","ts":${startSeconds + second},"pad":"${pad}"}\n`)
  const measured: number[] = []
  const users = Array.from({ length: 10 }, (_, i) => `user ${i}`)
  for (const second of [0, 1]) {
    for (const uid of users) send(second, uid)
  }
  for (let second = 2; second < windows + 3; second++) {
    await sleep(5)
    const beganAtMs = performance.now()
    send(second, users[0]!) // the watermark is a second behind: it ends the one before the last
    const { value } = await lines.next()
    measured.push(performance.now() - beganAtMs)
    const line = JSON.parse(value) as { start: number; users: number }
    assert.deepEqual([line.start, line.users], [startSeconds + second - 2, users.length])
    for (const uid of users.slice(1)) send(second, uid)
  }
  input.end()
  for await (const _ of { [Symbol.asyncIterator]: () => lines }) { /* to the end */ }
  return measured.slice(1).sort((a, b) => a - b) // the first one waited for the start of the command
}

process.stdout.write('| route | median ms | 99 % ms | longest ms |\n|---|---|---|---|\n')
const routes = {
  'uc-pipeline': pipeline,
  'uc-extract \\| uc-window \\| uc-count': pipe,
  'uc-pipeline on Deno': onDeno,
}
for (const [name, start] of Object.entries(routes)) {
  const measured = await delays(start())
  const at = (share: number) => measured[Math.floor(share * (measured.length - 1))]!.toFixed(1)
  process.stdout.write(`| ${name} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |\n`)
}
