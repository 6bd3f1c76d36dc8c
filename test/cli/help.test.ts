import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands, count, generate, window } from '../../src/cli/commands.ts'
import { optionTable, renderHelp, renderOverview } from '../../src/cli/help.ts'
import { flagOf } from '../../src/cli/option.ts'

/** The lines from the one with this title to the next blank one. */
function section(help: string, title: string): string {
  const lines = help.split('\n')
  const from = lines.indexOf(title)
  return lines.slice(from, lines.indexOf('', from)).join('\n')
}

test('the help of a command begins with what it is, reads and writes', () => {
  assert.equal(
    renderHelp(count).split('\n').slice(0, 7).join('\n'),
    `uc-count: count the unique users of each window

Usage: uc-count [OPTION…]

  Reads   the lines of uc-window from standard input
  Writes  {"window":"minute","start":1468244340,…,"users":16193,…} per window,
          when it closes`,
  )
})

test('options stand in their group with value, brief and default', () => {
  assert.equal(
    section(renderHelp(count), 'Counting'),
    `Counting
      --method auto|exact|hll
                              How users are counted [auto]
      --exact-limit N         Users in a window up to which counts are exact
                              [1000000]
      --precision N           Estimate with 2^N registers, N from 10 to 18 [14]
      --sketch                Add a sketch of the users to each line
      --partial               Add the users to each line, for exact unions
      --shard NAME            Name the part of all frames that is counted here`,
  )
  assert.equal(
    section(renderHelp(generate), 'Size'),
    `Size
  -l, --kilobytes N           Size of a frame in kB, about [2]
      --frame-bytes N         Size of a frame in bytes, about, instead of -l
  -w, --crlf                  End lines with CR LF`,
  )
})

test('an option too long for its column has its brief on the next line', () => {
  assert.equal(
    section(renderHelp(count), 'Output'),
    `Output
      --format auto|json|tsv|table
                              How results are written [auto]
      --early DURATION        Show open windows as they stand, every so often
                              [off]
  -o, --out FILE              Write to FILE [-]
      --final                 One line per window, when it is over for good
      --zero                  Lines with 0 users for empty windows in between`,
  )
})

test('a value of many choices is shown by its word', () => {
  const line = '      --week-start DAY        First day of the week [monday]'
  assert.ok(renderHelp(window).split('\n').includes(line))
})

test('the long help adds detail and example', () => {
  assert.equal(
    section(renderHelp(window, { isLong: true }), 'Time'),
    `Time
      --max-delay DURATION    How long windows stay open for delayed frames [5s]
        A window closes, and its line is written, as soon as a frame is this
        much past its end. Example: --max-delay 30s`,
  )
})

test('the help ends with exit statuses and an example', () => {
  assert.ok(
    renderHelp(generate).endsWith(`
Exit status
  0     done
  1     failed at run time
  2     wrong usage, nothing was read or written
  130   ended by Ctrl-C
  143   ended by SIGTERM

Example
  ${generate.example}
`),
  )
})

test('every help fits 80 columns, has no trailing blanks and no gaps, and names every option', () => {
  for (const command of commands) {
    for (const isLong of [false, true]) {
      const help = renderHelp(command, { isLong })
      for (const line of help.split('\n')) {
        assert.ok(line.length <= 80, `${command.name}: ${line}`)
        assert.equal(line.trimEnd(), line, command.name)
      }
      assert.ok(!help.includes('\n\n\n'), command.name)
      for (const option of Object.values(command.options)) {
        assert.match(help, new RegExp(`^ .*${flagOf(option)}( |$)`, 'm'), command.name)
      }
    }
  }
})

test('help has the width asked for, but for an example, which can be copied', () => {
  for (let width = 40; width <= 100; width++) {
    const texts = [...commands.map((command) => renderHelp(command, { width, isLong: true }))]
    for (const help of [...texts, renderOverview(width)]) {
      const lines = help.slice(0, help.indexOf('\nExample\n')).split('\n')
      for (const line of lines) {
        const isOneWord = /^ *(Reads |Writes)? *[^ ]*$/.test(line)
        const isHead = /^ +(-\w, )?--[\w-]+ [^ ]+$/.test(line)
        assert.ok(line.length <= width || isOneWord || isHead, `${width}: ${line}`)
      }
    }
  }
})

test('the overview names every command, in 80 columns', () => {
  const lines = renderOverview().split('\n')
  for (const { name } of commands) {
    const word = `  ${name.replace('uc-', '')} `
    assert.ok(lines.some((line) => line.startsWith(word)), name)
  }
  for (const line of lines) assert.ok(line.length <= 80, line)
})

test('the table for the README has a row per option, its bars escaped', () => {
  const lines = optionTable(count).split('\n')
  assert.deepEqual(lines.slice(0, 2), [
    '| option | default | meaning | example |',
    '|---|---|---|---|',
  ])
  assert.equal(lines.length, 2 + Object.keys(count.options).length + 1)
  const strict = lines.find((line) => line.includes('`--strict` |'))
  assert.equal(
    strict,
    '| `--strict` |  | Stop at the first refused line, with exit status 3. ' +
      'Otherwise refused lines are counted, reported and skipped. | `--strict` |',
  )
  assert.ok(
    lines[2]?.startsWith('| `--method auto\\|exact\\|hll` | `auto` | How users are counted. '),
  )
  assert.ok(optionTable(generate).includes('| `-c, --count N` | `100000` | Number of frames. '))
})
