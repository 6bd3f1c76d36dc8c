import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandNamed } from '../../src/cli/commands.ts'
import { count, generate, pipeline, window } from '../../src/cli/commands.ts'
import { parseArguments } from '../../src/cli/parse.ts'

test('without arguments every value is its default', async () => {
  const { values, given, files } = await parseArguments(pipeline, [])
  assert.deepEqual(values, {
    uidKey: ['uid'],
    tsKey: ['ts'],
    tsUnit: 's',
    tsZone: undefined,
    parser: 'strict',
    maxLine: 16777216,
    maxRejects: { share: 0.5 },
    interleave: false,
    threads: 1,
    zstdWindow: 128 * 2 ** 20,
    minute: false,
    hour: false,
    day: false,
    week: false,
    month: false,
    quarter: false,
    year: false,
    window: [],
    rolling: [],
    tz: 'UTC',
    weekStart: 'monday',
    maxDelay: 5000,
    lateness: { byKind: new Map(), othersMs: undefined },
    maxJump: 3_600_000,
    idle: undefined,
    order: 'time',
    from: undefined,
    until: undefined,
    by: [],
    top: undefined,
    maxGroups: 100_000,
    total: true,
    method: 'auto',
    exactLimit: 1000000,
    precision: 14,
    sketch: false,
    partial: false,
    shard: undefined,
    format: 'auto',
    early: undefined,
    out: '-',
    final: false,
    zero: false,
    state: undefined,
    checkpoint: 5000,
    close: false,
    position: false,
    kafka: false,
    toKafka: false,
    topic: 'frames',
    group: 'uc',
    startAt: 'stored',
    stopAt: 'never',
    partials: false,
    partialsTopic: undefined,
    processes: undefined,
    disjoint: false,
    stateTopic: undefined,
    commitEvery: 1000,
    atLeastOnce: false,
    resultTopic: 'unique-users',
    compression: 'zstd',
    create: undefined,
    compact: false,
    brokers: ['localhost:9092'],
    kafkaConfig: undefined,
    connectTimeout: 30_000,
    strict: false,
    rejects: undefined,
    stats: undefined,
    progress: true,
    maxMemory: undefined,
  })
  assert.equal(given.size, 0)
  assert.deepEqual(files, [])
})

test('values are typed, and what was typed is known even where it equals the default', async () => {
  const argv = ['--day', '--window', '15m', '--tz=Asia/Tokyo', '--window=6h', '--max-delay', '5s']
  const { values, given } = await parseArguments(window, [...argv, '--no-progress'])
  const windows: readonly string[] = values.window
  assert.deepEqual(windows, ['15m', '6h'])
  const maxDelayMs: number = values.maxDelay
  assert.equal(maxDelayMs, 5000)
  assert.deepEqual([values.day, values.tz, values.progress], [true, 'Asia/Tokyo', false])
  const names = [...given.keys()].map(({ name }) => name).sort()
  assert.deepEqual(names, ['day', 'max-delay', 'progress', 'tz', 'window'])
})

test('short options have the values of their long ones', async () => {
  const argv = '-c 1k -r 40 -n 5 -d 30 -p 0.1 -s 7 -l 4 -w -o out.jsonl'.split(' ')
  const { values } = await parseArguments(generate, argv)
  const { count: frames, rate, users, delay, delayPercent, seed, kilobytes, crlf, out } = values
  assert.deepEqual([frames, rate, users, delay, delayPercent], [1000, 40, 5, 30, 0.1])
  assert.deepEqual([seed, kilobytes, crlf, out], [7, 4, true, 'out.jsonl'])
})

test('files are taken as they are: numbers, words, -, and anything after --', async () => {
  const argv = ['012', '--minute', 'true', '-', '1e3', '--', '--hour', '-x', '--']
  const { values, files } = await parseArguments(pipeline, argv)
  assert.deepEqual(files, ['012', 'true', '-', '1e3', '--hour', '-x', '--'])
  assert.deepEqual([values.minute, values.hour], [true, false])
})

test('a flag takes no word that follows it, an option takes exactly one', async () => {
  const { values, files } = await parseArguments(pipeline, ['--stats', '-', '--strict', 'false'])
  assert.deepEqual([values.stats, values.strict, files], ['-', true, ['false']])
})

test('a value may begin with - behind an =', async () => {
  const { values } = await parseArguments(pipeline, ['--uid-key=-x=y', '--ts-key="t"'])
  assert.deepEqual([values.uidKey, values.tsKey], [['-x=y'], ['"t"']])
})

const wrong: Readonly<Record<string, string>> = {
  'window --minut': 'unknown flag "--minut"; did you mean --minute?',
  'window --minut=3 --hours': 'unknown flag "--minut"; did you mean --minute?',
  'window -day': 'unknown flag "-day"; did you mean --day?',
  'window --maxDelay 5s': 'unknown flag "--maxDelay"; did you mean --max-delay?',
  'pipeline --precis 14': 'unknown flag "--precis"; did you mean --precision?',
  'pipeline --hlep': 'unknown flag "--hlep"; did you mean --help?',
  'pipeline --progress': 'unknown flag "--progress"; did you mean --no-progress?',
  'pipeline --no-strict': 'unknown flag "--no-strict"; did you mean --strict?',
  'count --minute': 'unknown flag "--minute"; it belongs to uc-pipeline and uc-window',
  'count --frobnicate': 'unknown flag "--frobnicate"; no flag is like it',
  'count --__proto__=1': 'unknown flag "--__proto__"; no flag is like it',
  'count -undefined': 'unknown flag "-undefined"; no flag is like it',
  'count ---': 'unknown flag "---"; no flag is like it',
  'count -5': 'unknown flag "-5"; no flag is like it',
  'generate -c5': 'unknown flag "-c5"; did you mean -c 5?',
  'generate -c=5': 'unknown flag "-c=5"; did you mean -c 5?',
  'generate -count=5': 'unknown flag "-count=5"; did you mean --count?',
  'generate -wz': 'unknown flag "-wz"; no flag is like it',
  'window --max-delay 5x': '--max-delay "5x": expected a duration such as 90s, 5m or 1h',
  'window --max-delay -5': '--max-delay "-5": expected a duration such as 90s, 5m or 1h',
  'window --max-delay=': '--max-delay "": expected a duration such as 90s, 5m or 1h',
  'window --lateness soon': '--lateness "soon": expected a duration such as 90s, 5m or 1h',
  'window --max-jump 1': '--max-jump "1": expected a duration such as 90s, 5m or 1h',
  'window --window 15m --window 100ms': '--window "100ms": expected whole seconds, at least 1s',
  'window --week-start Monday':
    '--week-start "Monday": expected monday, tuesday, wednesday, thursday, friday, saturday or sunday',
  'pipeline --format xml': '--format "xml": expected auto, json, tsv or table',
  'pipeline --parser quick': '--parser "quick": expected strict, lazy or json',
  'window --max-delay': '--max-delay: value missing; expected --max-delay DURATION',
  'window --max-delay --minute': '--max-delay: value missing; expected --max-delay DURATION',
  'window --max-delay --': '--max-delay: value missing; expected --max-delay DURATION',
  'pipeline --format': '--format: value missing; expected --format auto|json|tsv|table',
  'generate -c': '-c: value missing; expected -c N',
  'window --minute=yes': '--minute "yes": expected no value',
  'pipeline --no-progress=false': '--no-progress "false": expected no value',
  'window --tz UTC --tz=UTC': '--tz: given 2 times; expected it once',
  'window --day --day --day': '--day: given 3 times; expected it once',
  'generate -c 5 --count 6': '--count: given 2 times; expected it once',
  'count results.jsonl':
    'argument "results.jsonl": expected no files; the command reads the lines of uc-window from standard input',
  'generate -w out.jsonl': 'argument "out.jsonl": expected no files; the command reads nothing',
}

for (const [call, message] of Object.entries(wrong)) {
  test(`uc-${call} is refused: ${message}`, async () => {
    const [name = '', ...argv] = call.split(' ')
    const command = commandNamed(name)
    assert.ok(command)
    await assert.rejects(parseArguments(command, argv), { code: 'usage', message })
  })
}

test('an empty word is no file', async () => {
  const message = 'argument "": expected the name of a file'
  await assert.rejects(parseArguments(pipeline, ['']), { code: 'usage', message })
})

test('a bad value keeps the error that says why as its cause', async () => {
  const refused = parseArguments(count, ['--precision', '99'])
  await assert.rejects(refused, (error: Error) => error.cause instanceof Error)
})
