/** Whole processes whose files change under them, or that get few descriptors. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { withFolder } from './support/folder.ts'
import { binFolder, denoPath } from './support/paths.ts'
import { denoPermissions } from './support/routes.ts'
import { shell } from './support/shell.ts'

const pipeline = join(binFolder, 'uc-pipeline')
const runtimes = [
  { name: 'Node', command: `${process.execPath} ${pipeline}` },
  { name: 'Deno', command: `${denoPath} run ${denoPermissions} ${pipeline}` },
] as const

/** A frame a minute, from an own second on, so that result lines soon fill a pipe. */
function frames(count: number, first = 0): string {
  const rest = '.'.repeat(1000)
  return Array.from({ length: count }, (_, i) => {
    return `{"uid":"u${i % 7}","ts":${first + i * 60},"rest":"${rest}"}\n`
  }).join('')
}

for (const { name, command } of runtimes) {
  for (const [way, input] of [['by name', 'frames'], ['as standard input', '< frames']] as const) {
    test(`a file ${way} that is cut is an error, its open windows early panes, on ${name}`, async () => {
      await withFolder(async (cwd) => {
        writeFileSync(join(cwd, 'frames'), frames(10_000))
        // Who reads the result lines waits until the file is cut, and the command for who reads.
        const reader = '{ read -r line; truncate -s 20000 frames; tail -1; }'
        const script = `${command} ${input} | ${reader}; echo "\${PIPESTATUS[0]}"`
        const { stdout, stderr } = await shell(script, { cwd })
        assert.match(stdout, /"pane":"early"}\n1\n$/)
        assert.match(
          stderr,
          /: was cut from 10,\d+,\d+ to 20,000 bytes while it was read; the lines/,
        )
      })
    })
  }

  test(`few descriptors read many files side by side, to the same lines, on ${name}`, async () => {
    await withFolder(async (cwd) => {
      mkdirSync(join(cwd, 'many'))
      for (let i = 0; i < 150; i++) {
        const text = frames(300, i)
        writeFileSync(join(cwd, `many/${i}`), i % 10 === 0 ? gzipSync(text) : text)
      }
      const run = (least: string) =>
        shell(`${least} ${command} --interleave --rejects r --stats s many/* ; sort r s`, { cwd })
      const expected = await run('')
      assert.equal(expected.status, 0, expected.stderr)
      const few = await run('ulimit -n 48;')
      assert.deepEqual(few, expected)
    })
  })
}

test('few descriptors suffice for many files one after the other by threads', async () => {
  await withFolder(async (cwd) => {
    mkdirSync(join(cwd, 'many'))
    for (let i = 0; i < 150; i++) {
      const text = frames(30, i * 1800)
      writeFileSync(join(cwd, `many/${100 + i}`), i % 10 === 9 ? gzipSync(text) : text)
    }
    const expected = await shell('uc-pipeline many/*', { cwd })
    assert.equal(expected.status, 0, expected.stderr)
    for (const threads of [2, 6, 16]) { // some of which cannot start
      const few = await shell(`ulimit -n 64; uc-pipeline --threads ${threads} many/*`, { cwd })
      assert.deepEqual(few, expected, `${threads} threads`)
    }
  })
})
