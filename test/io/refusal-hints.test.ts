/**
 * What is said of input that is no frames: the command or the flags in the hint are run, and must
 * give each of 40 users whose ids no double holds.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withFolder } from '../support/folder.ts'
import { binFolder } from '../support/paths.ts'
import { shell } from '../support/shell.ts'

const ids = Array.from({ length: 40 }, (_, i) => 2n ** 53n + BigInt(i))
const frames = ids.map((id) => `{"ts":1700000000,"uid":${id}}`)
const lines = (each: (frame: string, i: number) => string) => `${frames.map(each).join('\n')}\n`
const objects = (each: (id: string) => object) =>
  `${ids.map((id) => JSON.stringify(each(String(id)))).join('\n')}\n`
const plain = lines((frame) => frame)
const stamp = '2023-10-06T00:17:09.669794202Z'

/** Behind a pipe: `hint` is the command. */
const packed: Readonly<Record<string, string>> = {
  'docker compose': lines((frame) => `web-1  | ${frame}`),
  'docker compose with one frame': `${frames[0]}\n${lines((frame) => `web-1  | ${frame}`)}`,
  'syslog (RFC 3164)': lines((frame) => `<34>Oct 11 22:14:15 host app: ${frame}`),
  'syslog (RFC 5424)': lines((frame) => `<34>1 ${stamp} host app 1 ID - ${frame}`),
  CRI: lines((frame) => `${stamp} stdout F ${frame}`),
  'server-sent events': lines((frame) => `event: x\ndata: ${frame}\n`),
  "docker's json-file": lines((log) => JSON.stringify({ log: `${log}\n`, time: stamp })),
  'kcat -J': lines((payload) => JSON.stringify({ topic: 't', ts: 1700000000123, payload })),
  journald: lines((MESSAGE) => JSON.stringify({ _UID: '1000', MESSAGE })),
  GELF: lines((text) => JSON.stringify({ host: 'a', timestamp: 1.5, short_message: text })),
  'a key that jq quotes': lines((text) => JSON.stringify({ 'a-b': { "it's": text } })),
  'JSON texts': lines((frame) => JSON.stringify(frame)),
  CloudTrail: `{"Records":[${frames.join()}]}\n`,
  'CloudTrail, several': lines((frame) => `{"x":{"Records":[${frame}]}}`),
  Loki: `${
    JSON.stringify({
      streams: [{
        stream: {},
        values: frames.map((frame, i) => [`170000000000000000${i}`, frame]),
      }],
    })
  }\n`,
}

for (const [name, input] of Object.entries(packed)) {
  test(`the command for ${name} keeps 40 users apart`, async () => {
    const { command } = await hinted(input)
    if (!isThere(command.split(' ')[0]!)) return
    assert.deepEqual(await usersOf(`${command} < in | uc-pipeline`, input), 40)
  })
}

/** Named by the flags that the hint proposes. */
const named: Readonly<Record<string, string>> = {
  Segment: objects((userId) => ({ userId, timestamp: '2023-11-14T22:13:00.000Z', type: 'track' })),
  Elasticsearch: lines((frame) => `{"_index":"x","_id":"q","_source":${frame}}`),
  "Python's logging": objects((user) => ({ user, asctime: '2023-11-14 22:13:00,123' })),
  Suricata: objects((id) => ({ timestamp: '2023-11-14T23:13:00.251547+0100', src_ip: id })),
  ECS: objects((id) => ({ '@timestamp': '2023-11-14T22:13:00Z', 'user.id': id })),
  milliseconds: objects((uid) => ({ uid, ts: 1700000000000 })),
  microseconds: objects((uid) => ({ uid, ts: 1700000000000000 })),
  nanoseconds: objects((uid) => ({ uid, ts: '1700000000000000000' })),
  'RFC 3339': objects((uid) => ({ uid, ts: '2023-11-14T22:13:00Z' })),
  'times without zone': objects((uid) => ({ uid, ts: '2023-11-14 22:13:00' })),
  'a key that the shell quotes': objects((id) => ({ "user's": { 'user id': id }, ts: 1700000000 })),
}

for (const [name, input] of Object.entries(named)) {
  test(`the flags for ${name} count 40 users`, async () => {
    const { flags } = await hinted(input)
    assert.equal(await usersOf(`uc-pipeline ${flags.replace('ZONE', 'UTC')} in`, input), 40)
  })
}

const packers: readonly (readonly [program: string, pack: string])[] = [
  ['xz', 'xz -c plain > in'],
  ['xz', 'xz --format=lzma -c plain > in'],
  ['bzip2', 'bzip2 -c plain > in'],
  ['lz4', 'lz4 -cq plain > in'],
  ['zip', 'zip -q z plain && mv z.zip in'],
  ['tar', 'tar -cf in plain'],
  ['tar', 'tar -czf in plain'],
  ['xz', 'xz -c plain | gzip > in'],
  [
    'python3',
    "python3 -c 'import sys,zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))'" +
    ' < plain > in',
  ],
]

for (const [program, pack] of packers) {
  test(`what is packed by ${pack} is unpacked by the command in the hint`, async () => {
    if (!isThere(program)) return
    await withFolder(async (folder) => {
      writeFileSync(join(folder, 'plain'), plain)
      const run = (script: string) => shell(script, { cwd: folder, bin: binFolder })
      await run(pack)
      const { stderr } = await run('uc-pipeline in')
      const pipe = /pipe it through (.*)/.exec(stderr)?.[1]
      const file = /read it by (.*) FILE/.exec(stderr)?.[1]
      const source = pack.includes('| gzip') ? 'gzip -dc < in' : 'cat in'
      const unpack = pipe === undefined ? `${file} in` : `${source} | ${pipe}`
      assert.equal(usersIn((await run(`${unpack} | uc-pipeline`)).stdout), 40, stderr)
    })
  })
}

const mixed = `${
  objects((uid) => ({ ts: 1, uid }))
}x\n{\n[1]\n{"uid":null,"ts":1}\n{"uid":"a"}\n{"uid":"a","ts":"x"}\n`
const routes: readonly string[] = [
  'uc-pipeline in',
  'uc-pipeline < in',
  'uc-extract in',
  'uc-pipeline --threads 2 in',
  'uc-pipeline --parser json in',
  'uc-pipeline --parser lazy in',
  'uc-pipeline --interleave in',
  'gzip -c in > in.gz; uc-pipeline --threads 2 in.gz',
]

for (const script of routes) {
  test(`refused lines are counted by reason: ${script}`, async () => {
    const { stderr } = await ran(script, mixed)
    assert.match(
      stderr,
      /of these are 2 no object, 1 cut short, 1 with null for the user, 2 others/,
    )
  })
}

test('keys that are there are listed, and not one that is named already', async () => {
  const { stderr } = await ran('uc-pipeline in', '{"colour":"red","ts":1700000000}\n')
  assert.match(stderr, /the keys that are there: "colour", "ts"; name one by --uid-key\n/)
})

test('where keys are found nothing is said of them', async () => {
  const { stderr } = await ran('uc-pipeline in', '{"uid":"a","ts":"soon"}\n')
  assert.doesNotMatch(stderr, /-key/)
})

test('few refused lines get no hint', async () => {
  const { stderr } = await ran('uc-pipeline in', `${plain}{"userId":"a","ts":1700000000}\n`)
  assert.doesNotMatch(stderr, /try|keys that/)
})

test('a time that is wrong at its end is quoted there', async () => {
  const { stderr } = await ran(
    'uc-pipeline in',
    '{"uid":"a","ts":"2023-11-14T23:13:00.251547890+1"}\n',
  )
  assert.match(stderr, /"…[^"]*547890\+1"/)
})

async function hinted(input: string): Promise<{ command: string; flags: string }> {
  const { stderr } = await ran('uc-pipeline in', input)
  const command = /pipe it through (.*)/.exec(stderr)?.[1] ?? ''
  const flags = /try (--.*)/.exec(stderr)?.[1] ?? ''
  assert.ok(command !== '' || flags !== '', stderr)
  return { command, flags }
}

async function usersOf(script: string, input: string): Promise<number> {
  const { stdout, stderr } = await ran(script, input)
  assert.equal(stderr, '')
  return usersIn(stdout)
}

function usersIn(results: string): number {
  const users = results.trim().split('\n').map((line) => JSON.parse(line).users as number)
  return users.reduce((sum, each) => sum + each, 0)
}

function ran(script: string, input: string): Promise<{ stdout: string; stderr: string }> {
  return withFolder(async (folder) => {
    writeFileSync(join(folder, 'in'), input)
    return await shell(script, { cwd: folder, bin: binFolder })
  })
}

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    console.error(`SKIPPED: no ${program} here, so the hint that names it is not run`)
    return false
  }
}
