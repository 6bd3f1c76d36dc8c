import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import type { AnyCommand } from '../../src/cli/commands.ts'
import { flagOf, shortFlagOf } from '../../src/cli/option.ts'
import type { AnyOption } from '../../src/cli/option.ts'
import { parseArguments } from '../../src/cli/parse.ts'

interface Row {
  readonly command: AnyCommand
  readonly key: string
  readonly option: AnyOption
}

const rows: readonly Row[] = commands.flatMap((command) =>
  Object.entries(command.options).map(([key, option]) => ({ command, key, option }))
)

test('a flag, long or short, means one option only, in whatever command it stands', () => {
  const owners = new Map<string, AnyOption>()
  for (const { option } of rows) {
    for (const spelling of [flagOf(option), shortFlagOf(option)].filter(Boolean)) {
      assert.equal(owners.get(spelling) ?? option, option, `two options are called ${spelling}`)
      owners.set(spelling, option)
    }
  }
  for (const taken of ['--help', '-h', '--version']) assert.ok(!owners.has(taken), taken)
})

test('an option stands in its table under its own name, in camel case', () => {
  for (const { key, option } of rows) {
    assert.equal(key, option.name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()))
  }
})

test('briefs are phrases under 60 columns, details are sentences', () => {
  for (const { option } of rows) {
    const { name, brief, detail } = option
    assert.ok(brief.length < 60, `${name}: ${brief.length} columns`)
    assert.match(brief, /^[A-Z].*[^.]$/, name)
    assert.match(detail, /^[`A-Z0-9].*\.$/, name)
  }
  for (const { name, brief } of commands) assert.ok(brief.length < 60, name)
})

test('every default and every choice is read by the parser of its option', () => {
  for (const { option } of rows) {
    const texts = [option.fallback ?? [], option.choices ?? []].flat()
    for (const text of texts) {
      assert.doesNotThrow(() => option.parse(text), `${option.name} ${text}`)
    }
  }
})

test('flags are off or on by default, and nothing else', () => {
  for (const { option } of rows) {
    if (option.value === undefined) {
      assert.match(option.fallback ?? '', /^(true|false)$/, option.name)
    }
  }
})

test('the example of every option uses it, and is accepted by every command that has it', async () => {
  for (const { command, option } of rows) {
    const words = option.example.split(' ')
    const { given } = await parseArguments(command, words)
    assert.ok(given.has(option), `${option.name}: ${option.example}`)
  }
})

test('the example of every command is a pipe of right calls, one of them its own', async () => {
  for (const { name, example } of commands) {
    const calls = example.split(' | ').map((call) => call.split(' '))
    for (const [program, ...argv] of calls) {
      const command = commands.find((each) => each.name === program)
      assert.ok(command, `${name}: ${program} is no command`)
      await parseArguments(command, argv)
    }
    assert.ok(calls.some(([program]) => program === name), `${name}: ${example}`)
  }
})
