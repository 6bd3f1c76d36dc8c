/**
 * Nothing from outside reaches a terminal raw, by whatever way it comes: what each command says, and
 * its tables, of names, keys, ids and headers that hold what a terminal obeys.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { withFolder } from './support/folder.ts'
import { hostileName, obeyed } from './support/obeyed.ts'
import { root } from './support/paths.ts'
import { routes } from './support/routes.ts'
import { shell, type ShellOptions } from './support/shell.ts'

/** For scripts: a name, and the same inside of JSON, where quotes and controls are escapes. */
const environment = {
  H: hostileName,
  J: JSON.stringify(hostileName).slice(1, -1),
  /** As far as JSON lets it stand raw. */
  R: [...hostileName].filter((character) => character >= ' ').join(''),
}

const result =
  '{"window":"minute","start":1468244340,"end":1468244400,"time":"2016-07-11T13:39:00Z",' +
  '"users":1,"low":1,"high":1,"method":"exact","error":0,"frames":1,"pane":"on-time"'

/** Each says something; `says` is a part of it. */
const scripts: readonly { readonly script: string; readonly says: RegExp }[] = [
  // names of files
  { script: 'cp bad.jsonl "$H"; uc-pipeline "$H"', says: /the first at x\\u001b\[2J\\nuc-count/ },
  { script: 'cp bad.jsonl "$H"; uc-pipeline --strict "$H"', says: /x\\u001b.*--strict/ },
  {
    script: 'cp bad.jsonl "$H"; uc-pipeline --threads 2 "$H" bad.jsonl',
    says: /first at x\\u001b/,
  },
  {
    script: 'cp bad.jsonl "$H"; head -n 1 bad.jsonl > good; uc-pipeline --interleave "$H" good',
    says: /at x\\u001b/,
  },
  { script: 'cp bad.jsonl "$H"; uc-pipeline --parser json "$H"', says: /first at x\\u001b/ },
  { script: 'cp bad.jsonl "$H"; uc-extract "$H" bad.jsonl >&-', says: /x\\u001b|output/ },
  { script: 'cp bad.jsonl "$H"; uc-merge "$H"', says: /x\\u001b/ },
  { script: 'head -c 20 bad.jsonl | gzip | head -c 15 > "$H"; uc-pipeline "$H"', says: /x\\u001b/ },
  { script: 'uc-extract "$H"', says: /x\\u001b.*: no such file/ },
  { script: 'UC_DEBUG=1 uc-pipeline "$H"', says: /no such file.*\n.*no such file/ },
  { script: 'mkdir "$H"; uc-merge "$H"', says: /x\\u001b.*: is a directory/ },
  { script: 'uc-window --rejects "$H/r" < /dev/null', says: /--rejects "x\\u001b/ },
  { script: 'uc-pipeline --stats "$H/s" < /dev/null', says: /--stats "x\\u001b/ },
  { script: 'uc-generate --count 1 --out "$H/s"', says: /--out "x\\u001b/ },
  // keys and values of frames
  { script: 'uc-extract --uid-key "$H" bad.jsonl', says: /"x\\u001b/ },
  { script: 'uc-pipeline --ts-key "$H" --parser json bad.jsonl', says: /"x\\u001b/ },
  { script: 'uc-pipeline --ts-key "$H" --parser lazy bad.jsonl', says: /"x\\u001b/ },
  { script: `printf '{"ts":"%s","uid":"%s"}\\n' "$R" "$R" | uc-extract`, says: /2J/ },
  {
    script: `printf '{"ts":"%s","uid":"%s"}\\n' "$J" "$J" | uc-pipeline --parser json`,
    says: /\\u001b/,
  },
  { script: `printf '{"ts":1%s}\\n' "$R" | uc-pipeline`, says: /malformed/ },
  { script: `printf '%s\\n' "$H" | uc-pipeline`, says: /looks like/ },
  { script: `printf '%s\\n' "$R" | uc-pipeline --parser json`, says: /looks like/ },
  // what stands in a pipe
  { script: `printf '{"uc":{"version":1,"from":"%s"}}\\n' "$J" | uc-count`, says: /uc-x\\u001b/ },
  {
    script: `printf '{"uc":{"version":1,"from":"%s","windows":["minute"]}}\\n' "$J" | uc-window`,
    says: /\\u001b/,
  },
  {
    script: `printf '{"uc":{"version":1,"from":"window","windows":["%s"]}}\\n' "$J" | uc-count`,
    says: /expected minute/,
  },
  {
    script:
      `printf '{"uc":{"version":1,"from":"window","windows":["day"],"tz":"%s"}}\\n' "$J" | uc-count`,
    says: /x\\u001b/,
  },
  {
    script:
      `printf '{"uc":{"version":1,"from":"window","windows":["day"],"weekStart":"%s"}}\\n' "$R" | uc-count`,
    says: /2J/,
  },
  {
    script:
      `printf '{"uc":{"version":1,"from":"window","windows":["day"],"lateness":{"day":"%s"}}}\\n' "$J" | uc-count`,
    says: /./,
  },
  {
    script: `printf '{"uc":{"version":"%s","from":"window","windows":["day"]}}\\n' "$J" | uc-count`,
    says: /./,
  },
  {
    script:
      `printf '{"uc":{"version":1,"from":"extract"}}\\n{"uc":{"source":0,"name":"%s","line":0}}\\n{"bad\\n' "$J" | uc-window`,
    says: /malformed/,
  },
  {
    script: `printf '{"uid":"a","windows":{"minute":1468244340,"%s":1}}\\n' "$J" "$J" | uc-count`,
    says: /./,
  },
  {
    script:
      `printf '{"uid":"a","windows":{"minute":1468244340}}\\n{"uid":"a","windows":{"%s":1}}\\n' "$J" | uc-count`,
    says: /x\\u001b/,
  },
  // lines to unite
  ...['window', 'time', 'tz', 'method', 'pane', 'weekStart', 'users'].map((field) => ({
    script:
      `printf '%s,"${field}":"%s"}\\n' '${result}' "$J" '${result}' "$R" | uc-merge --disjoint`,
    says: field === 'time' ? /^/ : /./,
  })),
  {
    script:
      `for i in a b; do printf '%s,"shards":{"%s":{"frames":1},"%s":{"frames":0}}}\\n' '${result}' "$J" $i > $i; done; uc-merge --disjoint a b --format table`,
    says: /shard "x\\u001b/,
  },
  {
    script: `printf '%s,"shard":"%s"}\\n' '${result}' "$R" > a; uc-merge --disjoint a --format tsv`,
    says: /^$/,
  },
  {
    script: `printf '%s,"shard":"%s"}\\n' '${result}' "$R" > a; uc-merge --disjoint a`,
    says: /^$/,
  },
  { script: 'uc-pipeline --shard "$H" bad.jsonl --format json', says: /malformed/ },
  { script: 'uc-pipeline --shard "$H" bad.jsonl --format tsv --stats -', says: /malformed/ },
  { script: 'uc-pipeline --shard "$H" bad.jsonl --format table', says: /malformed/ },
  // how it is called
  { script: 'uc "$H"', says: /unknown command "x\\u001b/ },
  { script: 'uc-count "--$H"', says: /unknown flag "--x\\u001b/ },
  { script: 'uc-window "$H"', says: /argument "x\\u001b/ },
  { script: 'uc-pipeline --tz "$H"', says: /--tz "x\\u001b/ },
  { script: 'uc-pipeline --lateness "$H=1s"', says: /--lateness "x\\u001b/ },
  { script: 'uc-from-kafka "$H" "$H"', says: /"x\\u001b/ },
  { script: 'uc-to-kafka "$H"', says: /argument "x\\u001b/ },
  { script: 'uc completion "$H"', says: /argument "x\\u001b/ },
  // what Kafka is reached by
  { script: 'UC_KAFKA_BROKERS="$H" uc-from-kafka t', says: /"x\\u001b/ },
  { script: 'printf "%s=1\\n" "$R" > c; uc-from-kafka t --kafka-config c', says: /c:1: / },
  {
    script: 'printf "security.protocol=%s\\n" "$R" > c; uc-from-kafka t --kafka-config c',
    says: /./,
  },
  { script: 'uc-from-kafka t --kafka-config "$H"', says: /x\\u001b/ },
  { script: 'echo x=1 > "$H"; uc-from-kafka t --kafka-config "$H"', says: /x\\u001b/ },
]

const bad = '{"ts":1468244340,"uid":"a"}\n{"ts":\n'
const deno = routes().find(({ name }) => name === 'deno')!

describe(
  'a terminal is told nothing to obey, nor a line that is not ours',
  { concurrency: 2 },
  () => {
    for (const { script, says } of scripts) {
      test(`on Node, by ${script}`, () => isHarmless(script, says))
    }
    for (const { script, says } of scripts.filter((_, i) => i % 9 === 2)) {
      test(`on Deno, by ${script}`, () => isHarmless(script, says, deno.shell))
    }
  },
)

async function isHarmless(script: string, says: RegExp, route: ShellOptions = {}): Promise<void> {
  await withFolder(async (cwd) => {
    const files = `printf '%s' '${bad}' > bad.jsonl;`
    const options = { ...route, cwd, environment: { ...route.environment, ...environment } }
    const { stdout, stderr } = await shell(`${files} ${script}`, options)
    assert.match(stderr, says)
    for (const line of stderr.split('\n').slice(0, -1)) {
      assert.doesNotMatch(line, obeyed)
      assert.match(line, /^(?:uc(?:-[a-z-]+)?: | {4}at |UcError: |\{)/, `forged: ${line}`)
    }
    assert.doesNotMatch(stdout.replaceAll(/[\n\t]/g, ''), obeyed)
    assert.doesNotMatch(stdout, /^(?:uc|all)/m)
  })
}

test('one file alone writes to standard error', () => {
  const folder = join(root, 'src')
  const writers = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      return /\bwriteError\(|process\.stderr|\bstderr\.write|\bconsole\.|writeSync\(2\b|emitWarning/
        .test(text)
    })
  assert.deepEqual(writers.sort(), ['io/runtime.ts', 'io/tell.ts'])
})
