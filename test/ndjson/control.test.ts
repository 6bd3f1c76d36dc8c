import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Control, controlLine, parseControl } from '../../src/ndjson/control.ts'

const encoder = new TextEncoder()
const parsed = (line: string) => parseControl(encoder.encode(line))

const count = fc.nat()
const optional = { requiredKeys: [] as [] }
const windowCounts = fc.record({ counted: count, expired: count }, { requiredKeys: ['expired'] })

const control: fc.Arbitrary<Control> = fc.oneof(
  fc.record({
    type: fc.constant('header' as const),
    version: fc.constant(1),
    from: fc.string(),
  }).chain((header) =>
    fc.record({
      windows: fc.array(fc.string()),
      tz: fc.string(),
      weekStart: fc.string(),
      lateness: fc.dictionary(fc.constantFrom('minute', 'day', '15m'), fc.string(), {
        noNullPrototype: true,
      }),
    }, optional).map((rest) => ({ ...header, ...rest }))
  ),
  fc.record({ type: fc.constant('source' as const), source: count, name: fc.string() }),
  fc.record({
    type: fc.constant('watermark' as const),
    source: count,
    watermarkMs: fc.oneof(
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
      fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }),
    ),
  }),
  fc.record({
    type: fc.constant('end' as const),
    counts: fc.record({
      lines: count,
      malformed: count,
      frames: count,
      accepted: count,
      quarantined: count,
      windows: fc.dictionary(fc.constantFrom('minute', 'day', '15m'), windowCounts),
    }, { requiredKeys: ['lines', 'malformed', 'frames'] }),
    signal: fc.constantFrom('SIGINT', 'SIGTERM'),
  }, { requiredKeys: ['type', 'counts'] }),
)

test('a control line is read as what was written, and is one line of JSON with the one key uc', () => {
  fc.assert(
    fc.property(control, (control) => {
      const line = controlLine(control)
      assert.ok(line.endsWith('\n') && line.indexOf('\n') === line.length - 1, line)
      assert.deepEqual(Object.keys(JSON.parse(line) as object), ['uc'])
      assert.deepEqual(plain(parsed(line)), plain(control), line)
      assert.deepEqual(plain(parsed(line.trimEnd())), plain(control), line)
    }),
    { numRuns: 3000 },
  )
})

/** fast-check makes records without a prototype. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value)) as unknown
}

for (
  const line of [
    '',
    '{',
    '{"uc":',
    '{"uc":{}}',
    '{"uc":null}',
    '{"uc":[]}',
    '{"uc":{"version":1}}',
    '{"uc":{"from":"extract"}}',
    '{"uc":{"version":"1","from":"extract"}}',
    '{"uc":{"source":0}}',
    '{"uc":{"source":-1,"name":"a"}}',
    '{"uc":{"source":0.5,"name":"a"}}',
    '{"uc":{"source":"0","name":"a"}}',
    '{"uc":{"watermark":1}}',
    '{"uc":{"watermark":null,"source":0}}',
    '{"uc":{"watermark":"1","source":0}}',
    '{"uc":{"end":{}}}',
    '{"uc":{"end":{"lines":1,"malformed":0}}}',
    '{"uc":{"end":{"lines":-1,"malformed":0,"frames":0}}}',
    '{"uc":{"end":null}}',
    '{"uc":{"version":1,"from":"extract"},"uid":"a"}',
    '{"uid":"a","uc":{"version":1,"from":"extract"}}',
    '[{"uc":{"version":1,"from":"extract"}}]',
    '{"uc":{"version":1,"from":"extract"}',
    '{"uc":{"version":1,"from":"extract"}}}',
    '{"ts":1,"uid":"a"}',
  ]
) {
  test(`${line === '' ? 'an empty line' : line} is no control line`, () => {
    assert.equal(parsed(line), undefined)
  })
}

test('a newer version of the format is refused by name', () => {
  assert.throws(() => parsed('{"uc":{"version":2,"from":"window","windows":["minute"]}}'), {
    name: 'UcError',
    message: /^uc-window wrote version 2 of the pipe format, this command reads version 1; update /,
  })
})
