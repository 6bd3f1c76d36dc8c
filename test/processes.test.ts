/**
 * What only whole processes can show: readers that leave, signals, producers that die, slow
 * readers. Each on Node and on Deno.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { binFolder, denoPath } from './support/paths.ts'
import { denoPermissions } from './support/routes.ts'
import { withFolder } from './support/folder.ts'
import { pipe, Running } from './support/running.ts'
import { shell } from './support/shell.ts'

const runtimes = [
  { name: 'Node', command: process.execPath, flags: [] },
  { name: 'Deno', command: denoPath, flags: ['run', ...denoPermissions.split(' ')] },
] as const

const frames = (count: number, from = 1468244340) => {
  return Array.from({ length: count }, (_, i) => `{"uid":"u${i % 7}","ts":${from + i}}\n`).join('')
}

const repeated = (command: Running) => [command, command] as const
const ends = ([first, , last]: readonly [Running, Running, Running]) => [first, last] as const

for (const runtime of runtimes) {
  describe(`on ${runtime.name}`, () => {
    const start = (name: string, ...args: string[]) => {
      return new Running(
        spawn(runtime.command, [...runtime.flags, join(binFolder, name), ...args]),
      )
    }

    for (const command of ['uc-extract', 'uc-pipeline --window 1s --format tsv']) {
      test(`${command} ends at once and says nothing when its reader leaves`, async () => {
        const line = `${runtime.command} ${runtime.flags.join(' ')} ${join(binFolder, command)}`
        const endless = `awk 'BEGIN { for (;;) print "{\\"uid\\":1,\\"ts\\":" 0 + i++ "}" }'`
        const { stdout, stderr } = await shell(
          `${endless} | ${line} | head -1; echo "\${PIPESTATUS[1]}"`,
        )
        assert.match(stdout, /^({"uc":{"version":1,"from":"extract"}}|window\tstart\t.*)\n0\n$/)
        assert.equal(stderr, '')
      })
    }

    for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
      test(`${signal} prints what is open as early panes and ends with ${status}`, async () => {
        const pipeline = start('uc-pipeline', '--minute')
        pipeline.write(frames(70))
        await pipeline.says('"pane":"on-time"')
        pipeline.child.kill(signal)
        assert.equal(await pipeline.status(), status)
        assert.match(pipeline.stdout, /1468244400,.*"users":7,.*"frames":10,"pane":"early"}\n$/)
        assert.match(pipeline.stderr, new RegExp(`stopped by ${signal}`))
      })
    }

    test('SIGINT to a whole pipe lets it run dry: nothing that was read is lost', async () => {
      const [extract, window, count] = pipe(start)
      extract.write(frames(70))
      await count.says('"pane":"on-time"')
      for (const { child } of [count, window, extract]) child.kill('SIGINT')
      assert.deepEqual(await Promise.all([extract, window, count].map((each) => each.status())), [
        130,
        130,
        130,
      ])
      assert.match(count.stdout, /1468244400,.*"frames":10,"pane":"early"}\n$/)
    })

    test('in mid-pipe the first signal waits for the input, the second one kills', async () => {
      const window = start('uc-window')
      window.write('{"uc":{"version":1,"from":"extract"}}\n')
      await window.says('"from":"window"')
      await sleep(200) // until the header is read
      window.child.kill('SIGINT')
      await sleep(1500)
      assert.equal(window.child.exitCode, null)
      window.child.kill('SIGINT')
      await window.status()
      assert.equal(window.child.signalCode, 'SIGKILL')
    })

    for (const command of ['uc-window', 'uc-count']) {
      test(`${command} behind a program that never writes ends by the first signal`, async () => {
        const silent = start(command)
        await sleep(1000)
        silent.child.kill('SIGTERM')
        assert.equal(await silent.status(), 143)
        assert.match(silent.stderr, new RegExp(`^${command}: stopped by SIGTERM`, 'm'))
      })
    }

    for (const command of ['uc-extract', 'uc-window', 'uc-count', 'uc-merge', 'uc-pipeline']) {
      test(`Ctrl-C ends ${command} on a terminal that has typed nothing`, async () => {
        const line = [runtime.command, ...runtime.flags, join(binFolder, command)].join(' ')
        const { stdout, status } = await shell(
          `(sleep 1.5; printf '\\003'; sleep 3) | script -qec '${line}' /dev/null; ` +
            'exit ${PIPESTATUS[1]}',
        )
        assert.equal(status, 130)
        assert.match(stdout, /stopped by SIGINT before the input was over/)
      })
    }

    test('SIGUSR1 opens no port for a debugger, and ends nothing', async () => {
      const pipeline = start('uc-pipeline', '--minute')
      pipeline.write(frames(70))
      await pipeline.says('"pane":"on-time"')
      pipeline.child.kill('SIGUSR1')
      await sleep(200)
      pipeline.child.stdin.end()
      assert.equal(await pipeline.status(), 0)
      assert.equal(pipeline.stderr, '')
    })

    test('standard error that is full and never read keeps no signal away', async () => {
      // A pipe that is full and not waited for: what a program leaves that shares it.
      const fill =
        'import os, sys\nos.set_blocking(3, False)\ntry:\n  while os.write(3, b"x"): pass\n' +
        'except BlockingIOError: pass'
      const line = [runtime.command, ...runtime.flags, join(binFolder, 'uc-pipeline')].join(' ')
      const script = `mkfifo fifo; exec 3<> fifo; python3 -c '${fill}'\n` +
        `echo broken | ${line} 2>&3 & sleep 2; kill -TERM $!; wait $!`
      const { status } = await withFolder((cwd) => shell(script, { cwd }))
      assert.equal(status, 3)
    })

    test('kill -9 of uc-extract is told by every command behind it', async () => {
      const [extract, window, count] = pipe(start)
      extract.write(frames(70))
      await count.says('"pane":"on-time"')
      extract.child.kill('SIGKILL')
      assert.deepEqual([await window.status(), await count.status()], [1, 1])
      assert.match(window.stderr, /^uc-window: stdin: .* so uc-extract died/)
      assert.match(count.stderr, /^uc-count: stdin: .* so uc-window died/)
      assert.match(count.stdout, /1468244400,.*"frames":10,"pane":"early"}\n$/)
    })

    test('a line comes out when its window closes, not when the input ends', async () => {
      const pipeline = start('uc-pipeline')
      pipeline.write(frames(65))
      await sleep(500)
      assert.equal(pipeline.stdout, '')
      pipeline.write(frames(1, 1468244405))
      await pipeline.says('"pane":"on-time"')
      pipeline.child.stdin!.end()
      assert.equal(await pipeline.status(), 0)
    })

    test('lines that wait for others go on when the input pauses', async () => {
      const extract = start('uc-extract')
      await extract.says('"from":"extract"')
      for (let i = 0; i < 30; i++) {
        extract.write(`{"uid":"u${i}","ts":1468244340}\n`)
        await sleep(1)
      }
      await extract.says('"uid":"u29"')
      extract.child.stdin.end()
      assert.equal(await extract.status(), 0)
    })

    test('a live stream that pauses shows its last window, by both routes', async () => {
      const idle = ['--idle', '1s', '--window', '1s']
      const commands: readonly (readonly [Running, Running])[] = [
        repeated(start('uc-pipeline', ...idle)),
        ends(pipe((name) => start(name, ...(name === 'uc-window' ? idle : [])))),
      ]
      const nowSeconds = Math.floor(Date.now() / 1000)
      const live = `{"uid":"u","ts":${nowSeconds}}\n`.repeat(9)
      for (const [first] of commands) first.write(live)
      for (const [first, last] of commands) {
        await last.says(`"start":${nowSeconds},`)
        assert.match(last.stdout, /"users":1,.*"frames":9,"pane":"on-time"/)
        first.child.stdin.end()
        assert.equal(await last.status(), 0)
      }
    })

    test('early panes come while a window is open', async () => {
      const pipeline = start('uc-pipeline', '--early', '200ms')
      pipeline.write(frames(10))
      await pipeline.says('"frames":10,"pane":"early"')
      pipeline.write(frames(10))
      await pipeline.says('"frames":20,"pane":"early"')
      pipeline.child.stdin.end()
      assert.equal(await pipeline.status(), 0)
      assert.match(pipeline.stdout, /"frames":20,"pane":"on-time","revision":0}\n$/)
    })

    test('pipes that nobody writes to hold up neither the others for long, nor Ctrl-C', async () => {
      await withFolder(async (folder) => {
        const quiet = [1, 2, 3, 4, 5].map((i) => join(folder, `pipe${i}`))
        assert.equal((await shell(`mkfifo ${quiet.join(' ')}`)).status, 0)
        const file = join(folder, 'file')
        writeFileSync(file, frames(70))
        const pipeline = start('uc-pipeline', '--interleave', '--idle', '500ms', file, ...quiet)
        await pipeline.says('"start":1468244340,')
        pipeline.child.kill('SIGINT')
        assert.equal(await pipeline.status(), 130)
      })
    })

    test('a slow reader holds the input back', async () => {
      const extract = start('uc-extract')
      extract.child.stdout.pause()
      const block = '{"uid":"u","ts":1468244340}\n'.repeat(1000)
      const blocks = 1000 // 28 MB
      for (let i = 0; i < blocks; i++) extract.write(block)
      await sleep(1500)
      const takenBytes = blocks * block.length - extract.child.stdin.writableLength
      assert.ok(takenBytes > 0 && takenBytes < 5e6, `${takenBytes} bytes were read`)
      extract.child.stdin.destroy()
      extract.child.kill('SIGKILL')
    })
  })
}
