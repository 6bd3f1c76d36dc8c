import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, generate, merge, pipeline, window } from '../../src/cli/commands.ts'
import { generatePlan } from '../../src/cli/generate-plan.ts'
import { parseArguments } from '../../src/cli/parse.ts'
import { mergePlan } from '../../src/cli/merge-plan.ts'
import { countPlan, outputPlan, readPlan, timePlan } from '../../src/cli/plan.ts'

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

test('no window asked for is the minute', async () => {
  assert.deepEqual(timePlan(await parseArguments(window, [])), {
    windows: ['minute'],
    tz: 'UTC',
    weekStart: 'monday',
    maxDelayMs: 5000,
    lateness: { byKind: new Map(), othersMs: undefined },
    maxJumpMs: 3_600_000,
    idleMs: undefined,
    isOrdered: true,
    from: undefined,
    until: undefined,
  })
})

test('without order nothing is late, so what speaks of lateness contradicts it', async () => {
  const plan = async (text: string) => timePlan(await parseArguments(window, words(text)))
  assert.equal((await plan('--order none')).isOrdered, false)
  for (const flag of ['--max-delay 5s', '--lateness 1h', '--max-jump off', '--idle 5s']) {
    await assert.rejects(() => plan(`--order none ${flag}`), {
      message: `${flag.split(' ')[0]} and --order none contradict each other; leave ` +
        `${flag.split(' ')[0]} out, as no frame is ever late`,
    })
  }
})

test('the range of time is bounded by instants or dates, the first before the last', async () => {
  const plan = async (text: string) => timePlan(await parseArguments(window, words(text)))
  const { from, until } = await plan('--from 2016-07-11 --until 1468281600.5')
  assert.deepEqual(from, { ms: Date.parse('2016-07-11'), isDate: true })
  assert.deepEqual(until, { ms: 1468281600500, isDate: false })
  await assert.rejects(() => plan('--from 2016-02-30'), /expected 2016-07-11/)
  await assert.rejects(() => plan('--from 2016-07-11 --until 2016-07-11'), {
    message: '--from and --until contradict each other; the one has to be before the other',
  })
})

test('windows asked for stand alone, each once, by their canonical names', async () => {
  const argv = words('--year --window 900s --minute --window 15m --window day --day')
  const { windows } = timePlan(await parseArguments(window, argv))
  assert.deepEqual(windows, ['minute', 'day', 'year', '15m'])
})

test('lateness is one length for all windows, or some by name', async () => {
  const plan = async (text: string) => {
    const argv = words(`--minute --year --window 15m --lateness ${text}`)
    return timePlan(await parseArguments(window, argv)).lateness
  }
  assert.deepEqual(await plan('0s'), { byKind: new Map(), othersMs: 0 })
  assert.deepEqual(await plan('minute=10m,900s=1h,2h'), {
    byKind: new Map([['minute', 600_000], ['15m', 3_600_000]]),
    othersMs: 7_200_000,
  })
  await assert.rejects(() => plan('day=1h'), {
    message: '--lateness "day=1h": day is not counted; add --day',
  })
  await assert.rejects(() => plan('1h,2h'), /expected one length for all windows, or KIND=LENGTH/)
})

test('--max-jump off believes every time', async () => {
  const { maxJumpMs } = timePlan(await parseArguments(window, words('--max-jump off')))
  assert.equal(maxJumpMs, undefined)
})

test('--week-start without a week is allowed', async () => {
  const plan = timePlan(await parseArguments(window, words('--day --week-start sunday')))
  assert.equal(plan.weekStart, 'sunday')
})

test('one line per window and early ones contradict each other', async () => {
  const parsed = await parseArguments(count, words('--final --early 1s'))
  assert.throws(() => countPlan(parsed), {
    message: '--early and --final contradict each other; leave one out, as --final shows no ' +
      'window before it is over',
  })
})

test('the options of counting come through', async () => {
  const plan = countPlan(
    await parseArguments(count, words('--exact-limit 50k --precision 16 --shard eu')),
  )
  assert.deepEqual(plan, {
    method: 'auto',
    exactLimit: 50000,
    precision: 16,
    sketch: false,
    partial: false,
    shard: 'eu',
    isFinal: false,
    hasZeros: false,
    top: undefined,
    mostGroups: 100_000,
    hasTotal: true,
  })
  const hll = countPlan(await parseArguments(count, words('--method hll --precision 12')))
  assert.deepEqual(hll, {
    method: 'hll',
    exactLimit: 1000000,
    precision: 12,
    sketch: false,
    partial: false,
    shard: undefined,
    isFinal: false,
    hasZeros: false,
    top: undefined,
    mostGroups: 100_000,
    hasTotal: true,
  })
})

test('an exact count has a precision where it has a sketch', async () => {
  const plan = countPlan(
    await parseArguments(count, words('--method exact --precision 12 --sketch')),
  )
  assert.deepEqual(plan, {
    method: 'exact',
    exactLimit: 1000000,
    precision: 12,
    sketch: true,
    partial: false,
    shard: undefined,
    isFinal: false,
    hasZeros: false,
    top: undefined,
    mostGroups: 100_000,
    hasTotal: true,
  })
})

test('no file named is standard input', async () => {
  const plan = await readPlan(await parseArguments(pipeline, words('--max-line 1KiB --ts-unit ms')))
  assert.deepEqual(plan, {
    files: ['-'],
    uidKeys: [{ text: 'uid', paths: [['uid']], isPointer: false }],
    tsKeys: [{ text: 'ts', paths: [['ts']], isPointer: false }],
    tsUnit: 'ms',
    tsZone: undefined,
    parser: 'strict',
    maxLineBytes: 1024,
    isInterleaved: false,
    threads: 1,
    zstdWindowBytes: 128 * 2 ** 20,
    maxRejects: { share: 0.5 },
    strict: false,
  })
  const argv = words('a - b --strict --threads 4')
  const { files, threads, strict } = await readPlan(await parseArguments(pipeline, argv))
  assert.deepEqual([files, threads, strict], [['a', '-', 'b'], 4, true])
})

test('format and memory are undefined where the machine has to say', async () => {
  assert.deepEqual(outputPlan(await parseArguments(count, [])), {
    earlyMs: undefined,
    format: undefined,
    rejects: undefined,
    stats: undefined,
    out: undefined,
    progress: true,
    maxMemoryBytes: undefined,
  })
  const argv = words('--format tsv --rejects r --stats - --no-progress --max-memory 2GiB')
  assert.deepEqual(outputPlan(await parseArguments(count, argv)), {
    earlyMs: undefined,
    format: 'tsv',
    rejects: 'r',
    stats: '-',
    out: undefined,
    progress: false,
    maxMemoryBytes: 2 ** 31,
  })
})

test('a command without --format has an output plan too', async () => {
  assert.equal(outputPlan(await parseArguments(window, [])).format, undefined)
})

test('the plan of the generator has its defaults, and a frame of 2 kB', async () => {
  assert.deepEqual(generatePlan(await parseArguments(generate, [])), {
    count: 100000,
    frameBytes: 2048,
    ratePerSecond: 1000,
    users: 100000,
    groups: [],
    delaySeconds: 0,
    delayPercent: 10,
    seed: 1,
    crlf: false,
    startMs: 1468244384000,
    brokenPercent: 0,
    out: '-',
    gz: false,
    truth: undefined,
    progress: true,
  })
  const { frameBytes } = generatePlan(await parseArguments(generate, words('--frame-bytes 57')))
  assert.equal(frameBytes, 57)
})

const contradictions: Readonly<Record<string, string>> = {
  '--method hll --exact-limit 1000000':
    '--exact-limit and --method hll contradict each other; leave --exact-limit out, or use --method auto',
  '--method exact --exact-limit 5':
    '--exact-limit and --method exact contradict each other; leave --exact-limit out, or use --method auto',
  '--method exact --precision 14':
    '--precision and --method exact contradict each other; leave --precision out, or use --method auto',
  '--uid-key id --ts-key id':
    '--uid-key and --ts-key contradict each other; give each a key of its own',
  '--uid-key a --uid-key b --ts-key b':
    '--uid-key and --ts-key contradict each other; give each a key of its own',
  '--ts-zone Europe/Zurich':
    '--ts-zone and --ts-unit s contradict each other; a unix time has no zone; text without one is for --ts-unit iso or auto',
  '--uid-key a --uid-key b --uid-key c --uid-key d --uid-key e --uid-key f --uid-key g --uid-key h':
    '--uid-key: given 8 times; expected at most 7 keys',
  '--ts-unit iso --ts-zone Europe/Zurch':
    '--ts-zone "Europe/Zurch": unknown time zone; did you mean Europe/Zurich?',
  '--rejects out --stats out':
    '--rejects and --stats contradict each other; give each a file of its own',
  '--threads 2 --parser json a.jsonl':
    '--threads and --parser json contradict each other; leave one out, as the latter has one thread only',
  '--threads 2 --interleave a.jsonl b.jsonl':
    '--threads and --interleave contradict each other; leave one out, as the latter has one thread only',
  '- a.jsonl -': 'argument "-": given twice; standard input can be read once only',
}

for (const [argv, message] of Object.entries(contradictions)) {
  test(`uc-pipeline ${argv} is refused: ${message}`, async () => {
    const parsed = await parseArguments(pipeline, words(argv))
    const plans = async () => [
      await readPlan(parsed),
      timePlan(parsed),
      countPlan(parsed),
      outputPlan(parsed),
    ]
    await assert.rejects(plans, { code: 'usage', message })
  })
}

const generateContradictions: Readonly<Record<string, string>> = {
  '-l 2 --frame-bytes 200':
    '--kilobytes and --frame-bytes contradict each other; give the size by one of them',
  '-p 10':
    '--delay-percent and --delay 0 contradict each other; say how long with --delay, in seconds',
  '-o t --truth t': '--truth and --out contradict each other; give each a file of its own',
}

for (const [argv, message] of Object.entries(generateContradictions)) {
  test(`uc-generate ${argv} is refused: ${message}`, async () => {
    const parsed = await parseArguments(generate, words(argv))
    assert.throws(() => generatePlan(parsed), { code: 'usage', message })
  })
}

test('what only looks like a contradiction is allowed', async () => {
  countPlan(await parseArguments(pipeline, words('--method exact')))
  await readPlan(
    await parseArguments(pipeline, words('--threads 1 --parser json --interleave a b')),
  )
  outputPlan(await parseArguments(pipeline, words('- --stats -')))
  generatePlan(await parseArguments(generate, words('-p 0')))
  generatePlan(await parseArguments(generate, words('-d 30 -p 10')))
})

test('windows to roll up into come in their canonical names, each once', async () => {
  const plan = async (text: string) => mergePlan(await parseArguments(merge, words(text)))
  assert.deepEqual((await plan('--to day,900s,15m,day')).to, ['day', '15m'])
  assert.equal((await plan('a.ndjson')).to, undefined)
})

test('what says nothing of a merge is refused with a remedy', async () => {
  const plan = async (text: string) => mergePlan(await parseArguments(merge, words(text)))
  for (
    const [text, message] of [
      ['--disjoint --to day', /^--disjoint and --to contradict each other; leave one out/],
      ['--order none --lateness 1h', /^--lateness and --order none contradict each other/],
      ['--week-start sunday --to day', /^--week-start says nothing without --to week; add it$/],
      ['- -', /^argument "-": given twice/],
    ] as const
  ) await assert.rejects(() => plan(text), { code: 'usage', message })
})
