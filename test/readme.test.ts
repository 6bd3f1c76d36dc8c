/**
 * README.md is true: its console blocks are run in one folder, in their order, and give what stands
 * there; its option tables are those of the code. `UPDATE=1` writes both anew.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { commandNamed, commands } from '../src/cli/commands.ts'
import { optionTable } from '../src/cli/help.ts'
import { skipReason, startBroker } from './support/broker.ts'
import { root } from './support/paths.ts'
import { withFolder } from './support/folder.ts'
import { shell } from './support/shell.ts'

const path = join(root, 'README.md')
const isUpdate = process.env['UPDATE'] === '1'
const written = () => readFileSync(path, 'utf8')

test('every console block gives the output that is shown', async (t) => {
  const hasJq = (await shell('command -v jq')).status === 0
  if (!hasJq) {
    t.diagnostic('NOT TESTED: jq is not installed, so its lines of the README are left out')
  }
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
        const isKafka = /\b[Kk]afka\b/.test(line)
        if ((!hasJq && /\bjq\b/.test(line)) || (isKafka && broker === undefined)) {
          ran.push(...shownFrom(lines, line))
          continue
        }
        const environment = isKafka ? { UC_KAFKA_BROKERS: address } : {}
        const { stdout, stderr } = await shell(line.slice(2), { cwd, environment })
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

test('no command of ours stands in a block that is not run', () => {
  const blocks = written().matchAll(/```(\w+)\n([^]*?)```/g)
  for (const [, kind, body] of blocks) {
    if (kind === 'console') continue
    assert.doesNotMatch(
      body!,
      /^[^#\n]*\buc-(extract|window|count|merge|pipeline|from-kafka|to-kafka|state|generate)\b/m,
      body,
    )
  }
})

/** The command and the output below it. */
function shownFrom(lines: readonly string[], command: string): readonly string[] {
  const start = lines.indexOf(command)
  const rest = lines.slice(start + 1)
  const next = rest.findIndex((line) => line.startsWith('$ '))
  return [command, ...(next < 0 ? rest : rest.slice(0, next))]
}
