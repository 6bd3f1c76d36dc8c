/** Any values of messages become lines, one each, that say the same or are as malformed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { messageRuns } from '../../../src/kafka/reading/message-lines.ts'
import { parseControl } from '../../../src/ndjson/control.ts'
import { seed, seedHint } from '../../support/seed.ts'

const byteOrderMark = '\ufeff'

const breaks = fc.constantFrom('\n', '\r', '\r\n', ' ', '\t', '')
const json = fc.tuple(fc.json(), breaks, breaks, fc.boolean()).map(([text, a, b, isPretty]) => {
  const spaced = isPretty ? JSON.stringify(JSON.parse(text), undefined, 2) : text
  return Buffer.from(`${a}${spaced}${b}`)
})
const control = fc.constantFrom(
  '{"uc":{"version":1,"from":"extract"}}',
  '{"uc":{"end":{"lines":0,"malformed":0,"frames":0}}}',
  '{"uc":{"ended":true,"source":0}}',
  '{"uc":\n{"source":0,"name":"x"}}',
  '{"uc":',
)
const controls = control.map((text) => Buffer.from(text))
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const texts = fc.tuple(fc.string(), breaks, fc.string()).map((parts) => Buffer.from(parts.join('')))
const unmarked = fc.oneof(json, controls, bytes, texts, breaks.map((text) => Buffer.from(text)))
const values = fc.array(
  fc.record({
    value: fc.option(
      fc.tuple(fc.constantFrom(0, 0, 1, 2), unmarked).map(([marks, value]) => {
        return Buffer.concat([Buffer.from(byteOrderMark.repeat(marks)), value])
      }),
    ),
    gap: fc.constantFrom(0, 0, 0, 1, 5),
  }),
  { maxLength: 20 },
)

function parsed(text: string): { readonly value?: unknown } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return {}
  }
}

test(`every value becomes one line, which says the same (${seedHint})`, () => {
  fc.assert(
    fc.property(values, fc.nat(1000), (drawn, start) => {
      let next = start
      const messages = drawn.map(({ value, gap }) => {
        next += gap + 1
        return { offset: `${next - 1}`, value }
      })
      let i = 0
      for (const run of messageRuns(messages, { source: 3, name: 't[3]' })) {
        const lines = Buffer.from(run.lines).toString('latin1').split('\n')
        assert.equal(lines.pop(), '')
        assert.equal(lines.length, run.count)
        assert.equal(run.next, run.mark.line! + 1 + run.count)
        for (const [j, latin] of lines.entries()) {
          const { offset, value } = messages[i++]!
          assert.equal(run.mark.line! + 1 + j, Number(offset))
          const line = Buffer.from(latin, 'latin1')
          assert.ok(!line.includes(0x0d) && line.length > 0)
          assert.ok(!/^[ \t\r]*$/.test(latin), 'a line that is skipped')
          assert.equal(parseControl(line), undefined)
          const text = value === null ? 'null' : value.toString().replace(/^\ufeff+/, '')
          const before = parsed(text)
          const isBlank = /^[ \t\r\n]*$/.test(text)
          assert.deepEqual(parsed(line.toString()), isBlank ? { value: '' } : before)
        }
      }
      assert.equal(i, messages.length)
    }),
    { seed, numRuns: 3000 },
  )
})
