/**
 * However a run ends, its rejects and its counts are written, and it says what happened. Each on
 * Node and on Deno.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { withFolder } from './support/folder.ts'
import { routes } from './support/routes.ts'
import { shell, type ShellResult } from './support/shell.ts'

/** More than a pipe holds, a line in ten malformed, in no window that closes before the end. */
const lines = Array.from({ length: 20_000 }, (_, i) => {
  return i % 10 === 3 ? `no frame ${i}` : `{"uid":"u${i % 7}","ts":${1468244340 + i / 1000}}`
})
const malformed = 2000
const windowed = lines.filter((_, i) => i % 10 !== 3).map((_, i) => {
  return `{"uid":"u${i % 7}","windows":{"minute":1468244340}}`
})

interface Run extends ShellResult {
  rejects(): Record<string, unknown>[]
  stats(): Record<string, unknown>
}

for (const { name, claim, shell: { bin } } of routes('--allow-all')) { // Deno opens no device else
  if (name !== 'direct' && name !== 'deno') continue
  describe(claim, () => {
    /** With `frames` and `windowed` as files; `$kept` keeps rejects and counts. */
    async function run(script: string, check: (run: Run) => void): Promise<void> {
      await withFolder(async (folder) => {
        writeFileSync(join(folder, 'frames'), `${lines.join('\n')}\n`)
        writeFileSync(join(folder, 'windowed'), `${[...windowed, 'bad'].join('\n')}\n`)
        const kept = 'kept="--rejects rejects --stats stats"\n'
        const result = await shell(kept + script, { cwd: folder, ...(bin && { bin }) })
        const read = (file: string) => readFileSync(join(folder, file), 'utf8')
        const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>
        check({
          ...result,
          rejects: () => read('rejects').split('\n').filter((line) => line !== '').map(parsed),
          stats: () => parsed(read('stats')),
        })
      })
    }

    for (const [command, input] of [['uc-extract', 'frames'], ['uc-window', 'frames']] as const) {
      test(`${command} whose reader leaves keeps its rejects and counts`, async () => {
        await run(`${command} $kept < ${input} | head -1 > first; exit $PIPESTATUS`, (ended) => {
          assert.equal(ended.status, 0)
          const { lines, malformed, frames, ended: how } = ended.stats() as Record<string, number>
          assert.equal(how, 'reader left')
          assert.equal(ended.rejects().length, malformed)
          assert.equal(lines, malformed! + frames!)
          assert.match(ended.stderr, /reader of standard output left; counted is what was read/)
        })
      })
    }

    for (const command of ['uc-extract', 'uc-pipeline', 'uc-window', 'uc-count']) {
      const input = command === 'uc-count' ? 'windowed' : 'frames'
      test(`${command} says that standard output is full, and keeps the rest`, async () => {
        await run(`${command} $kept < ${input} > /dev/full`, (ended) => {
          assert.equal(ended.status, 1)
          assert.match(ended.stderr, /standard output: no space left on the device/)
          assert.equal(ended.stats()['ended'], 'failed')
          assert.equal(ended.rejects().length, ended.stats()['malformed'])
        })
      })

      test(`${command} does not take closed standard output for one that takes all`, async () => {
        await run(`${command} < ${input} >&-`, ({ status, stderr }) => {
          assert.equal(status, 1)
          assert.match(stderr, new RegExp(`^${command}: standard output is closed; expected `))
        })
        await run(`${command} < ${input} > /dev/null`, ({ status }) => assert.equal(status, 0))
      })
    }

    test('a full disk under --rejects is told by its name, and ends the run', async () => {
      await run('uc-pipeline --rejects /dev/full --stats stats frames', (ended) => {
        assert.equal(ended.status, 1)
        assert.match(ended.stderr, /^uc-pipeline: --rejects "\/dev\/full": no space left/)
        assert.match(ended.stdout, /"users":7,.*"pane":"early"/)
        assert.equal(ended.stats()['ended'], 'failed')
      })
    })

    test('a full disk under --stats is told by its name', async () => {
      await run('uc-pipeline --rejects rejects --stats /dev/full frames', (ended) => {
        assert.equal(ended.status, 1)
        assert.match(ended.stderr, /uc-pipeline: --stats "\/dev\/full": no space left/)
        assert.equal(ended.rejects().length, malformed)
      })
    })

    test('--rejects into a named pipe waits for its reader, and for a slow one', async () => {
      const late = '(sleep 5; exec 3< fifo; sleep 0.5; cat <&3 > rejects) &'
      await run(
        `mkfifo fifo; ${late}\nuc-pipeline --rejects fifo --stats stats frames; s=$?; wait; exit $s`,
        (ended) => {
          assert.equal(ended.status, 0)
          assert.match(ended.stderr, /waiting: --rejects "fifo" is a named pipe that nobody reads/)
          assert.equal(ended.rejects().length, malformed)
        },
      )
    })

    test('a signal ends the wait for the reader of a named pipe', async () => {
      await run(
        'mkfifo fifo; uc-pipeline --rejects fifo frames & sleep 1; kill -INT $!; wait $!',
        ({ status, stdout }) => assert.deepEqual({ status, stdout }, { status: 130, stdout: '' }),
      )
    })

    test('a signal ends a run whose rejects nobody reads, with the early panes', async () => {
      // 3<> holds the pipe open and reads nothing
      await run(
        'mkfifo fifo; exec 3<> fifo\n' +
          'uc-pipeline --rejects fifo frames > out & sleep 2; kill -INT $!; sleep 4; kill -9 $! && exit 9\n' +
          'wait $!; exit $?',
        ({ status }) => assert.equal(status, 130),
      )
    })
  })
}
