import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Protocol } from '../../src/ndjson/protocol.ts'

const header = '{"uc":{"version":1,"from":"extract"}}'
const source = '{"uc":{"source":2,"name":"b"}}'
const end = '{"uc":{"end":{"lines":1,"malformed":0,"frames":1}}}'
const frame = '{"ts":1,"uid":"a"}'
const blank = ''

/** What is made of each line: the type of control, or plain; an error ends it. */
function read(lines: readonly string[]): string[] {
  const protocol = new Protocol()
  const made: string[] = []
  for (const [i, line] of lines.entries()) {
    if (line === blank) continue
    const bytes = new TextEncoder().encode(`##${line}##`)
    const control = protocol.control(bytes, 2, bytes.length - 2, i + 1)
    try {
      if (control === undefined) protocol.settle()
      made.push(control?.type ?? 'plain')
    } catch (error) {
      return [...made, (error as Error).message]
    }
  }
  return made
}

const behindEnd = 'input goes on behind its end line; expected the lines of one command'

for (
  const [name, lines, expected] of [
    ['control lines behind a header are obeyed', [header, source, frame, end], [
      'header',
      'source',
      'plain',
      'end',
    ]],
    ['control lines without a header are plain', [source, frame, end], ['plain', 'plain', 'plain']],
    ['a header behind a plain line is plain', [frame, header, source], ['plain', 'plain', 'plain']],
    ['a header behind a blank line is plain', [blank, header, source], ['plain', 'plain']],
    ['a second header is plain', [header, frame, header, end], ['header', 'plain', 'plain', 'end']],
    ['an end line alone is plain', [end, frame], ['plain', 'plain']],
    ['a frame behind the end line is an error', [header, end, frame], ['header', 'end', behindEnd]],
    ['a mark behind the end line is an error', [header, end, source], ['header', 'end', behindEnd]],
    ['a second end line is an error', [header, end, end], ['header', 'end', behindEnd]],
  ] as const
) {
  test(name, () => {
    assert.deepEqual(read(lines), expected)
  })
}
