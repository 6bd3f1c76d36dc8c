import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionOf } from '../../src/cli/action.ts'
import { count } from '../../src/cli/commands.ts'
import { ownWords } from '../../src/cli/own-words.ts'

test('uc COMMAND is the same as uc-COMMAND, with or without uc-', () => {
  const argv = ['--method', 'exact']
  const expected = { type: 'run', command: count, argv }
  assert.deepEqual(actionOf('uc-count', argv), expected)
  assert.deepEqual(actionOf('uc', ['count', ...argv]), expected)
  assert.deepEqual(actionOf('uc', ['uc-count', ...argv]), expected)
})

test('uc alone, or asked for help, lists the commands', () => {
  for (const argv of [[], ['--help'], ['-h'], ['help']]) {
    assert.deepEqual(actionOf('uc', argv), { type: 'overview' }, argv.join(' '))
  }
})

test('--help and --version stand above whatever else is on the line', () => {
  const help = { type: 'help', command: count, isLong: false }
  assert.deepEqual(actionOf('uc-count', ['--wrong', '--help']), help)
  assert.deepEqual(actionOf('uc-count', ['-h', '--version']), help)
  assert.deepEqual(actionOf('uc', ['count', '--help']), help)
  assert.deepEqual(actionOf('uc', ['help', 'count']), { ...help, isLong: true })
  assert.deepEqual(actionOf('uc-count', ['--wrong', '--version']), {
    type: 'version',
    of: 'uc-count',
  })
  for (const word of ['--version', 'version']) {
    assert.deepEqual(actionOf('uc', [word]), { type: 'version', of: 'uc' })
  }
})

test('behind -- they are names of files', () => {
  const action = actionOf('uc-extract', ['--', '--help', '--version'])
  assert.equal(action.type, 'run')
})

test('what uc does by itself has help like a command, by help WORD and by WORD --help', () => {
  for (const word of ownWords) {
    const expected = { type: 'help of uc', word }
    assert.deepEqual(actionOf('uc', ['help', word.name]), expected)
    assert.deepEqual(actionOf('uc', [word.name, '--help']), expected)
    assert.deepEqual(actionOf('uc', [word.name, '-h', 'more']), expected)
  }
})

test('uc completion names its shell', () => {
  assert.deepEqual(actionOf('uc', ['completion', 'zsh']), { type: 'completion', shell: 'zsh' })
})

const wrong: Readonly<Record<string, string>> = {
  'cuont': 'unknown command "cuont"; did you mean count?',
  'uc-windw': 'unknown command "uc-windw"; did you mean window?',
  'help genrate': 'unknown command "genrate"; did you mean generate?',
  'frobnicate':
    'unknown command "frobnicate"; expected pipeline, extract, window, count, merge, from-kafka, to-kafka, state, generate, help, completion, version',
  '--minute': 'unknown flag "--minute"; it belongs to uc-pipeline and uc-window',
  '--hlep': 'unknown flag "--hlep"; did you mean --help?',
  'help count window': 'argument "window": expected one command only',
  'help --long':
    'unknown flag "--long"; expected pipeline, extract, window, count, merge, from-kafka, to-kafka, state, generate, help, completion, version',
  'version 2': 'argument "2": expected nothing behind version',
  'completion': 'argument SHELL: missing; expected one of bash, zsh, fish',
  'completion tcsh': 'argument "tcsh": expected one of bash, zsh, fish',
  'completion bash zsh': 'argument "zsh": expected one shell only',
}

for (const [call, message] of Object.entries(wrong)) {
  test(`uc ${call} is refused: ${message}`, () => {
    assert.throws(() => actionOf('uc', call.split(' ')), { code: 'usage', message })
  })
}
