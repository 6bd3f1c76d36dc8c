import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { completion } from '../../src/cli/completion.ts'
import { type Shell, shells } from '../../src/cli/own-words.ts'
import { zoneNames } from '../../src/time/zone.ts'

const scripts = Object.fromEntries(
  await Promise.all(shells.map(async (shell) => [shell, await completion(shell)])),
) as Readonly<Record<Shell, string>>

/** Output lines of a shell that runs the script; undefined, and said so, where there is no such shell. */
function linesOf(t: TestContext, shell: Shell, script: string): string[] | undefined {
  const clean = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] }[shell]
  const { error, status, stdout, stderr } = spawnSync(shell, [...clean, '-c', script], {
    encoding: 'utf8',
  })
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    t.skip(`NOT TESTED: ${shell} is not installed`)
    return undefined
  }
  assert.equal(error, undefined)
  assert.equal(stderr, '')
  assert.equal(status, 0)
  return stdout.split('\n').filter((line) => line !== '')
}

/** What bash offers when the cursor stands behind the last of these words. */
function bashReply(t: TestContext, words: readonly string[]): string[] | undefined {
  const last = words.length - 1
  const [command, current, previous] = [words[0], words[last], words[last - 1]]
  return linesOf(
    t,
    'bash',
    `${scripts.bash}
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${last}
    _uc '${command}' '${current}' '${previous}'
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  )
}

const bashReplies: readonly (readonly [words: readonly string[], reply: readonly string[]])[] = [
  [['uc-window', '--m'], ['--minute', '--month', '--max-delay', '--max-jump', '--max-memory']],
  [['/opt/bin/uc-count', '--ex'], ['--exact-limit']],
  [['uc', ''], [
    ...[
      'pipeline',
      'extract',
      'window',
      'count',
      'merge',
      'from-kafka',
      'to-kafka',
      'state',
      'generate',
      'help',
      'completion',
      'version',
    ],
    ...['--help', '--version'],
  ]],
  [['uc', 'cou'], ['count']],
  [['uc', 'count', '--ex'], ['--exact-limit']],
  [['uc', 'uc-count', '--ex'], ['--exact-limit']],
  [['uc', 'help', 'w'], ['window']],
  [['uc', 'help', 'v'], ['version']],
  [['uc-window', '--tz', 'Europe/Zu'], ['Europe/Zurich']],
  [['uc', 'pipeline', '--tz', '=', 'Asia/Kath'], ['Asia/Kathmandu']],
  [['uc', 'completion', ''], ['bash', 'zsh', 'fish']],
  [['uc-pipeline', '--minute', '--format', 't'], ['tsv', 'table']],
  [['uc-pipeline', '--format', '=', 'j'], ['json']],
  [['uc-pipeline', '--method', '='], ['auto', 'exact', 'hll']],
  [['uc-window', '--week-start', 's'], ['saturday', 'sunday']],
  [['uc-pipeline', '--rejects', ''], []], // bash goes on with the names of files
  [['uc-pipeline', ''], []],
  [['uc-generate', '-o', '--g'], []],
  [['uc-generate', '--gz'], ['--gz']],
  [['uc-generate', '--g'], ['--groups', '--gz']],
]

for (const [words, expected] of bashReplies) {
  test(`bash completes "${words.join(' ')}" to ${expected.join(', ') || 'a file'}`, (t) => {
    const reply = bashReply(t, words)
    if (reply !== undefined) assert.deepEqual(reply, expected)
  })
}

test('bash falls back on files for every command', (t) => {
  const lines = linesOf(t, 'bash', `${scripts.bash}\ncomplete -p uc uc-extract uc-generate`)
  if (lines === undefined) return
  assert.deepEqual(
    lines.map((line) => line.replace(/ [^ ]+$/, '')),
    Array(3).fill('complete -o default -F _uc'),
  )
})

const fishReplies: Readonly<Record<string, readonly string[]>> = {
  'uc-window --mo': ['--month'],
  'uc cou': ['count'],
  'uc count --ex': ['--exact-limit'],
  'uc-pipeline --method ': ['auto', 'exact', 'hll'],
  'uc-pipeline --format=j': ['--format=json'],
  'uc help w': ['window'],
  'uc completion ': ['bash', 'fish', 'zsh'],
  'uc help ver': ['version'],
  'uc-window --tz Europe/Zu': ['Europe/Zurich'],
  'uc pipeline --tz=Asia/Kath': ['--tz=Asia/Kathmandu'],
  'uc-count ': [],
  'uc-extract /etc/passw': ['/etc/passwd'],
  'uc extract /etc/passw': ['/etc/passwd'],
  'uc-generate -o /etc/passw': ['/etc/passwd'],
}

for (const [line, expected] of Object.entries(fishReplies)) {
  test(`fish completes "${line}" to ${expected.join(', ') || 'nothing'}`, (t) => {
    const reply = linesOf(t, 'fish', `${scripts.fish}\ncomplete -C '${line}'`)
    if (reply === undefined) return
    const words = reply.map((each) => each.split('\t')[0]).filter((word) => !word?.endsWith('-'))
    assert.deepEqual(words, expected)
  })
}

/** Stands in for zsh's own functions, which need a terminal: prints what they are called with. */
const zshStub = `
compdef() { print -r -- "compdef $*" }
_arguments() { print -rl -- "$@"; state=command }
_describe() { print -rl -- "\${(P@)2}" }
`

/** What the completion of zsh says about this command. */
function zshLines(t: TestContext, service: string): string[] | undefined {
  const script = `${zshStub}\n${scripts.zsh}\nservice=${service}; _uc`
  return linesOf(t, 'zsh', script)
}

test('zsh knows flags, choices, files and what may be repeated', (t) => {
  const lines = zshLines(t, 'uc-pipeline')
  if (lines === undefined) return
  assert.ok(lines.includes('--minute[Count users per minute; the default]'))
  assert.ok(lines.includes('--method=[How users are counted]:METHOD:(auto exact hll)'))
  assert.ok(lines.some((line) => line.startsWith('*--window=[')))
  assert.ok(lines.some((line) => /^--rejects=\[.*\]:FILE:_files$/.test(line)))
  assert.ok(lines.includes('*:file:_files'))
  assert.ok(lines.some((line) => line.endsWith(':ZONE:_uc_zones')))
})

test('every shell knows every zone that --tz takes', async (t) => {
  const zones = await zoneNames()
  assert.ok(zones.includes('America/Argentina/Buenos_Aires'))
  const multi = '_multi_parts() { print -rl -- "${(P@)2}" }'
  const calls = {
    bash: `${scripts.bash}\n_uc uc-window '' --tz\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
    zsh: `${zshStub}\n${multi}\n${scripts.zsh}\n_uc_zones`,
    fish: `${scripts.fish}\n__uc_zones`,
  }
  for (const shell of shells) {
    await t.test(shell, (t) => {
      const lines = linesOf(t, shell, calls[shell])
      const known = lines?.filter((line) => !line.startsWith('compdef'))
      if (known !== undefined) assert.deepEqual(known, zones)
    })
  }
})

test('zsh offers either spelling of an option once', (t) => {
  const lines = zshLines(t, 'uc-generate')
  if (lines === undefined) return
  assert.ok(lines.includes('(-c --count)-c[Number of frames]:N: '))
  assert.ok(!lines.includes('*:file:_files'), 'uc-generate reads no files')
})

test('zsh lists the commands of uc', (t) => {
  const lines = zshLines(t, 'uc')
  assert.ok(lines === undefined || lines.includes('count:Count the unique users of each window'))
})

test('each script is for every command', () => {
  for (const shell of shells) {
    for (const { name } of commands) assert.ok(scripts[shell].includes(name), `${shell} ${name}`)
  }
})
