/**
 * README.md is true: its console blocks are run in one folder, in their order, and give what stands
 * there; its option tables are those of the code; of every other command it is known who runs it.
 * `UPDATE=1` writes blocks and tables anew.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { actionOf } from '../src/cli/action.ts'
import { commandNamed, commands } from '../src/cli/commands.ts'
import { optionTable } from '../src/cli/help.ts'
import { parseArguments } from '../src/cli/parse.ts'
import { skipReason, startBroker } from './support/broker.ts'
import { withFolder } from './support/folder.ts'
import { denoPath, root } from './support/paths.ts'
import { blocksOf, commandsIn, missingPrograms, spokenCommands } from './support/readme.ts'
import { shell } from './support/shell.ts'
import { missingPackage, python } from './support/sketches.ts'

const path = join(root, 'README.md')
const isUpdate = process.env['UPDATE'] === '1'
const written = () => readFileSync(path, 'utf8')

test('every console block gives the output that is shown', async (t) => {
  if (skipReason !== false) {
    t.diagnostic(`NOT TESTED: ${skipReason}, so lines of the README about Kafka are left out`)
  }
  const broker = skipReason === false ? await startBroker() : undefined
  t.after(() => broker?.stop())
  const address = broker?.brokers ?? ''
  await withFolder(async (cwd) => {
    const parts = written().split(/(```console\n[^]*?```\n)/)
    for (const [i, part] of parts.entries()) {
      if (!part.startsWith('```console\n')) continue
      const lines = part.split('\n').slice(1, -2)
      const ran: string[] = []
      for (const line of lines.filter((line) => line.startsWith('$ '))) {
        const command = line.slice(2)
        const isKafka = /\b[Kk]afka\b/.test(line)
        if (isLeftOut(t, command) || (isKafka && broker === undefined)) {
          ran.push(...shownFrom(lines, line))
          continue
        }
        const environment = isKafka ? { UC_KAFKA_BROKERS: address } : {}
        const { stdout, stderr } = await shell(command, { cwd, environment })
        const said = isKafka ? stderr.replaceAll(address, 'localhost:9092') : stderr
        ran.push(line, ...`${stdout}${said}`.split('\n').slice(0, -1))
      }
      if (!isUpdate) assert.deepEqual(lines, ran)
      parts[i] = `\`\`\`console\n${ran.join('\n')}\n\`\`\`\n`
    }
    if (isUpdate) writeFileSync(path, parts.join(''))
  })
})

test('every option table is the one of the code', () => {
  const text = written().replaceAll(
    /(<!-- options (uc-[\w-]+) -->\n)[^]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      return `${begin}\n${optionTable(commandNamed(name)!)}\n${end}`
    },
  )
  if (isUpdate) writeFileSync(path, text)
  else assert.equal(written(), text)
  for (const command of commands) {
    const table = `<!-- options ${command.name} -->\n\n${optionTable(command)}\n<!-- end -->`
    assert.ok(text.includes(table), `no table of ${command.name}`)
  }
})

/** What runs here, in a folder with s.gz: in the words of README but for names and places. */
const runHere: Readonly<Record<string, string>> = {
  'npm start -s -- --minute my.jsonl.gz':
    `cp s.gz my.jsonl.gz && npm --prefix '${root}' start -s -- --minute my.jsonl.gz | grep 2984`,
  'PATH="$PWD/bin:$PATH"': `cd '${root}'; PATH="$PWD/bin:$PATH"; uc-count --version`,
  'source <(uc completion bash)': 'source <(uc completion bash); complete -p uc uc-count',
  'source <(uc completion zsh)':
    "zsh -fc 'autoload -U compinit; compinit -u -D; source <(uc completion zsh); (( $+functions[_uc_count] ))'",
  'uc completion fish | source':
    `fish --no-config -c 'uc completion fish | source; complete -C "uc cou"' | grep count`,
  'deno run --no-prompt bin/uc-count':
    `cd '${root}'; '${denoPath}' run --no-prompt bin/uc-count < /dev/null`,
}

/** A file of the repository that runs the command, and how one sees that it does. */
const runElsewhere: Readonly<Record<string, readonly [file: string, sign: string]>> = {
  'npm start': ['test/start.test.ts', '.dev/start.js'],
  'npm cit': ['.ci/run', 'npm cit'],
  'npm run cases': ['package.json', 'UC_ALL_ROUTES=1 node .dev/test.js dist/test/cases.test.js'],
  'npm ci && npm run build': ['.ci/run', 'npm cit'],
  'npm pack': ['test/support/packages.ts', "execFileSync('npm', ['pack'"],
  'npm i -g ./uc-toolkit-0.1.0.tgz': ['test/support/packages.ts', 'npm i -g --prefix'],
  'npm i ./uc-toolkit-0.1.0.tgz': ['test/support/packages.ts', 'npm i --prefix .'],
  'deno run --no-prompt node_modules/uc-toolkit/bin/uc-count': [
    'test/support/packages.ts',
    'run --no-prompt',
  ],
  'pip install pyspark': ['.ci/run', 'pyspark'],
  'pip install datasketches': ['test/readme.test.ts', "missingPackage('datasketches')"],
  'tail -n +1 -F app.log | uc-pipeline --minute --early 1s --idle 10s': [
    'test/tail.test.ts',
    'The recipe of README for a log',
  ],
  "SELECT hll_sketch_estimate(hll_union_agg(unbase64(sketch))) FROM json.`results.jsonl` WHERE window = 'minute'":
    [
      'test/support/spark.py',
      'SELECT hll_sketch_estimate(hll_union_agg(unbase64(sketch))) FROM json.`{results}`',
    ],
  'spark-submit --master \'local[4]\' "$(npm root -g)/uc-toolkit/src/spark/uc_history.py" --out years logs/2015 logs/2016 -- --day --month --year --tz Europe/Zurich':
    ['test/support/history.ts', "'spark-submit'"],
  'cat years/part-*': ['test/support/history.ts', "'part-'"],
  'node .ci/broker.js --port 9092': ['test/support/broker.ts', '.ci/broker.js'],
}

test('of every command that is no line of a console it is known what runs it', () => {
  const blocks = blocksOf(written())
  const inBlocks = blocks.filter(({ kind }) => kind === 'sh' || kind === 'sql')
    .flatMap(commandsIn)
  for (
    const command of [
      ...inBlocks,
      ...spokenCommands(written()).filter((each) => !isOurs(each)),
    ]
  ) {
    const [file, sign] = runElsewhere[command] ?? []
    const isKnown = command in runHere || file !== undefined
    assert.ok(isKnown, `nothing runs ${JSON.stringify(command)}; make it a line of a console`)
    if (file !== undefined) assert.ok(readFileSync(join(root, file), 'utf8').includes(sign!), file)
  }
  const kinds = new Set(blocks.map(({ kind }) => kind))
  assert.deepEqual([...kinds].sort(), ['console', 'python', 'sh', 'sql', 'text'])
})

test('commands of ours that the text speaks of have flags that are there', async () => {
  for (const call of spokenCommands(written()).filter(isOurs)) {
    if (/…|\bCOMMAND\b|\bSHELL\b|^uc \d/.test(call)) continue // forms, and what --version says
    const [program = '', ...argv] = call.split(' ')
    const action = actionOf(program, argv)
    if (action.type === 'run') await parseArguments(action.command, action.argv)
  }
})

test('every file that README links to is in the package, with all that REPORT links to', () => {
  const flags = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const said = execFileSync('npm', flags, { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  const [{ files }] = JSON.parse(said) as [{ files: { path: string }[] }]
  const packed = new Set(files.map((file) => file.path))
  for (const [, target] of written().matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
    assert.ok(existsSync(join(root, target!)), target)
    assert.ok(packed.has(target!), `${target} is not in the package`)
  }
})

for (const [command, script] of Object.entries(runHere)) {
  test(`${command} does what README says`, async (t) => {
    assert.ok(written().includes(command), 'README does not say it any more')
    if (isLeftOut(t, script)) return t.skip('a program is missing')
    await withFolder(async (cwd) => {
      const { status, stderr } = await shell(
        `uc-generate -c 20000 -n 3000 --gz -o s.gz && { ${script}; }`,
        { cwd },
      )
      assert.equal(status, 0, stderr)
    })
  })
}

test('Python unites sketches as README says', {
  skip: missingPackage('datasketches') ?? false,
}, async () => {
  const [block, ...more] = blocksOf(written()).filter(({ kind }) => kind === 'python')
  assert.deepEqual(more, [])
  await withFolder(async (cwd) => {
    const lines = 'uc-generate -c 20000 -n 3000 | uc-pipeline --minute --sketch > results.jsonl'
    assert.equal((await shell(lines, { cwd })).status, 0)
    const said = execFileSync(python, ['-c', block!.body], { cwd, encoding: 'utf8' })
    const [estimate, low, high] = said.trim().split(' ').map(Number)
    assert.ok(low! < 2995 && 2995 < high!, said)
    assert.ok(Math.abs(estimate! / 2995 - 1) < 4 * 0.0081, said)
  })
})

function isOurs(command: string): boolean {
  return /^uc[ -]/.test(command) && !command.includes('|')
}

/** Says so where a program is not installed. */
function isLeftOut(t: TestContext, command: string): boolean {
  const missing = missingPrograms(command)
  for (const each of missing) {
    t.diagnostic(`NOT TESTED: ${each} is not installed, so its lines of the README are left out`)
  }
  return missing.length > 0
}

/** The command and the output below it. */
function shownFrom(lines: readonly string[], command: string): readonly string[] {
  const start = lines.indexOf(command)
  const rest = lines.slice(start + 1)
  const next = rest.findIndex((line) => line.startsWith('$ '))
  return [command, ...(next < 0 ? rest : rest.slice(0, next))]
}
