/** Help on a terminal: its width, and the program that people page with. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { shell } from '../support/shell.ts'
import { hasTerminal, onTerminal, Screen } from '../support/terminal.ts'

const skip = hasTerminal() ? false : 'needs the script of util-linux, for a terminal'

async function screen(command: string, columns = 80): Promise<Screen> {
  const size = { columns, rows: 24 }
  return new Screen(size, await onTerminal(command, size))
}

describe('help on a terminal', { concurrency: 2, skip }, () => {
  for (const columns of [40, 60, 80, 140]) {
    test(`fits ${columns} columns, but for its example`, async () => {
      const { wrapped, lines, isPlain } = await screen('uc-generate --help; uc', columns)
      assert.deepEqual(wrapped.filter((line) => !/^ {2}uc.generate -c/.test(line)), [])
      const longest = Math.max(...lines.map((line) => line.length))
      assert.ok(longest > Math.min(columns, 80) - 12 && longest <= 100, `${longest}`)
      assert.ok(isPlain)
    })
  }

  test('is the text of a pipe at 80 columns, with names that stand out unless NO_COLOR is set', async () => {
    const { stdout } = await shell('uc-window --help')
    const [seen, plain] = [
      await screen('uc-window --help'),
      await screen('NO_COLOR=1 uc-window --help'),
    ]
    assert.equal(`${seen.lines.join('\n')}`, stdout)
    assert.equal(`${plain.lines.join('\n')}`, stdout)
    assert.match(seen.text, /^b\|/m)
    assert.doesNotMatch(plain.text, /^b\|/m)
  })

  const pagers = [
    ["PAGER='sed s/^/paged:/' uc help window", true],
    ["PAGER='sed s/^/paged:/' uc-window --help", false],
    ["PAGER='sed s/^/paged:/' uc", false],
    ["PAGER='sed s/^/paged:/' TERM=dumb uc help window", false],
    ["PAGER='sed s/^/paged:/' uc help window > file; cat file; rm file", false],
    ['PAGER=cat uc help window', false],
    ['PAGER= uc help window', false],
    ['PAGER=no-such-program uc help window 2> /dev/null', false],
  ] as const
  for (const [command, isPaged] of pagers) {
    test(`${isPaged ? 'is' : 'is not'} paged by ${command}`, async () => {
      const { lines } = await screen(command)
      assert.match(lines.join('\n'), isPaged ? /^paged:uc-window: / : /^uc(-window)?: /)
    })
  }

  test('is whole when its reader leaves', async () => {
    const { lines } = await screen("PAGER='head -n 1' uc help pipeline; echo status $?")
    assert.deepEqual(lines.slice(1), ['status 0', ''])
  })
})
