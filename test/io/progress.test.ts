/** The line of progress, as a terminal shows it while a run takes longer than a second. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withFolder } from '../support/folder.ts'
import { hasTerminal, onTerminal, Screen } from '../support/terminal.ts'

const skip = hasTerminal() ? false : 'needs the script of util-linux, for a terminal'

const frame = String.raw`{"ts":1468244340,"uid":"a"}\n`
const slowly = `for i in {1..20}; do printf '${frame}'; sleep 0.3; done`

interface Seen {
  readonly written: string
  /** What the line has said, one after the other. */
  readonly said: readonly string[]
  readonly screen: Screen
}

function seen(command: string, columns = 80): Promise<Seen> {
  const size = { columns, rows: 12 }
  return withFolder(async (cwd) => {
    const written = await onTerminal(command, size, { cwd })
    const said = [...written.matchAll(/\r\p{Cc}\[K([^\p{Cc}]+)(?=\p{Cc})(?!\r?\n)/gu)]
    return { written, said: said.map(([, text]) => text!), screen: new Screen(size, written) }
  })
}

describe('progress', { concurrency: 2, skip }, () => {
  test('counts frames where the input has no known end, and goes away at the end', async () => {
    const { said, screen } = await seen(`${slowly} | uc-pipeline --format json`)
    assert.match(said[0] ?? '', /^\d+ frames?, \d+ frames\/s$/)
    assert.doesNotMatch(screen.text, /frames\/s/)
    assert.equal(JSON.parse(screen.lines.join('')).frames, 20)
  })

  test('counts bytes, and says how long it takes, where the input is a file', async () => {
    const { said } = await seen(
      'uc-generate -c 60k -o s; uc-pipeline --parser json --out r s 2>&1 || cat r',
    )
    assert.match(said.at(-1) ?? '', /^\d+ MB of \d+, \d+ s left, [\d,]+ frames\/s$/)
  })

  test('counts the frames of uc-generate, of how many, unless they go to the terminal', async () => {
    const { said } = await seen('uc-generate -c 1M -o s')
    assert.match(said[0] ?? '', /^[\d,]+ of 1,000,000 frames, \d+ s left, [\d,]+ frames\/s$/)
    assert.deepEqual((await seen('uc-generate -c 300k --no-progress -o s')).said, [])
  })

  for (const columns of [3, 20, 40, 60, 0]) {
    test(`never wraps in ${columns} columns, and is one line that is written over`, async () => {
      const { said, screen } = await seen(`${slowly} | uc-pipeline --out r`, columns || 80)
      assert.ok(said.length > 0)
      assert.deepEqual(screen.wrapped, [])
      assert.deepEqual(screen.lines, [''])
    })
  }

  test('has COLUMNS where the terminal does not say how wide it is', async () => {
    const { said } = await seen(
      `stty cols 0 rows 0; export COLUMNS=15; ${slowly} | uc-pipeline --out r`,
    )
    assert.ok(said.length > 0)
    for (const line of said) assert.ok(line.length < 15, line)
  })

  test('is not shown on a dumb terminal', async () => {
    const { written } = await seen(`${slowly} | TERM=dumb uc-pipeline --out r`)
    assert.equal(written, '')
  })

  test('is never glued to what is told, by whichever command of a pipe', async () => {
    const { screen } = await seen(
      `{ echo junk; ${slowly}; } | uc-extract | uc-window | uc-count`,
    )
    const told = screen.lines.filter((line) => line.includes('uc-'))
    assert.ok(told.length > 0)
    for (const line of told) assert.match(line, /^uc-[a-z]+: /)
    assert.doesNotMatch(screen.text, /frames\/s/)
  })
})

describe('a terminal is sane', { concurrency: 2, skip }, () => {
  for (const signal of ['INT', 'TERM']) {
    for (const seconds of [0.2, 0.5, 0.9, 1.3, 1.7, 2.2]) {
      test(`after SIG${signal} behind ${seconds} s of a table with progress`, async () => {
        const line = String.raw`{"ts":%d,"uid":"u%d"}\n`
        const frames = `for i in {1..500}; do printf '${line}' $((1468244340 + i * 7)) $i; done`
        const { screen } = await seen(
          `while :; do ${frames}; sleep 0.05; done 2> /dev/null |
             timeout -s ${signal} ${seconds} uc-pipeline --minute --day --early 100ms --max-jump off`,
        )
        assert.ok(screen.isPlain)
        assert.equal(screen.column, 0)
        assert.deepEqual(screen.wrapped.filter((line) => !line.startsWith('uc-pipeline: ')), [])
        assert.doesNotMatch(screen.text, /frames\/s/)
      })
    }
  }
})
