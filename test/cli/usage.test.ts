/**
 * Usage errors have one style, whatever is wrong: where it is, what is expected or to be done, and
 * where to read on. All end with exit status 2, before anything is read.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UcError } from '../../src/errors.ts'
import { commandNamed, commands } from '../../src/cli/commands.ts'
import type { AnyCommand } from '../../src/cli/commands.ts'
import { type AnyOption, flagOf } from '../../src/cli/option.ts'
import { parseArguments } from '../../src/cli/parse.ts'
import { shell } from '../support/shell.ts'

/** A place is an option or what stands behind it, a word, or an environment variable. */
const place = /(?:--[a-z-]+|-[a-z]|argument|UC_[A-Z_]+)(?: "[^"]*"| [A-Z]+)?/.source
const shapes = [
  new RegExp(`^${place}: [a-z]`),
  /^--.+ and .+ contradict each other; [a-z]/,
  /^--[a-z-]+ says nothing without --.+; add it$/,
  /^unknown (?:flag|command) ".+"; /,
]

/** Each once, with the first command that has it. */
const options = new Map<AnyOption, AnyCommand>(
  [...commands].reverse().flatMap((command) =>
    Object.values(command.options).map((option) => [option, command] as const)
  ),
)

test('an empty value is refused by every option that has one, by name and in one style', async () => {
  for (const [option, command] of options) {
    const argv = [`${flagOf(option)}=`]
    const expected = option.value === undefined ? 'expected no value' : 'expected .*[^.]'
    await assert.rejects(parseArguments(command, argv), {
      code: 'usage',
      message: new RegExp(`^${flagOf(option)} "": ${expected}$`),
    })
  }
})

test('so it does by the command, with exit status 2 and where to read on', async () => {
  const calls = [...options].map(([option, { name }]) => `${name} ${flagOf(option)}=`)
  const script = calls.map((call) => `echo "$ ${call}" >&2; ${call}; echo "= $?" >&2`).join('\n')
  const { stdout, stderr } = await shell(script)
  assert.equal(stdout, '')
  const parts = stderr.split('$ ').slice(1)
  assert.equal(parts.length, calls.length)
  for (const part of parts) {
    const [call = '', ...lines] = part.split('\n')
    const [name, flag = ''] = call.split(' ')
    assert.match(lines[0]!, new RegExp(`^${name}: ${flag.replace('=', '')} "": expected`))
    assert.deepEqual(lines.slice(1), [`${name}: see ${name} --help`, '= 2', ''], call)
  }
})

/** One for each place in the code that refuses a call, all words of a call parted by a blank. */
const wrong = `
uc-window --max-delay
uc-window --max-delay 5s --max-delay 6s
uc-window --minute=yes
uc-window --hours --x
uc-window --frobnicate
uc-count --minute
uc-count results.jsonl
uc-window --tz Europe/Zurch
uc-pipeline --tz Nowhere
uc-pipeline --ts-unit iso --ts-zone Nowhere
uc-pipeline --ts-zone UTC
uc-window --lateness day=1h
uc-window --order none --max-jump off
uc-window --from 2016-07-11 --until 2016-07-11
uc-pipeline --method hll --exact-limit 5
uc-pipeline --uid-key a --ts-key a
uc-pipeline --threads 2 --interleave a b
uc-pipeline --rejects a --stats a
uc-pipeline - -
uc-pipeline --checkpoint 5s
uc-pipeline --kafka --checkpoint 5s
uc-pipeline --state s --position --close
uc-pipeline --state s --kafka
uc-pipeline --state s --to-kafka
uc-pipeline --out a --to-kafka
uc-pipeline --topic t
uc-pipeline --brokers a:1
uc-pipeline --create 1
uc-pipeline --to-kafka --compact
uc-pipeline --to-kafka nowhere
uc-pipeline --kafka --to-kafka a/b
uc-pipeline --kafka --to-kafka frames
uc-pipeline --kafka --state-topic frames
uc-pipeline --kafka --group a/b
uc-pipeline --kafka file
uc-pipeline --kafka --partials --early 1s
uc-pipeline --kafka --partials --start-at end
uc-pipeline --disjoint
uc-pipeline --kafka --processes 2 --partials
uc-merge --disjoint --to day a
uc-merge --week-start sunday --to day a
uc-merge --order none --lateness 1h a
uc-merge --to-kafka a
uc-merge --kafka --to day
uc-merge --kafka a b
uc-merge --kafka --to-kafka a
uc-merge --kafka --partials-topic a --state-topic a
uc-from-kafka a/b
uc-to-kafka
uc-to-kafka a b
uc-to-kafka a --compact
uc-state
uc-state a --yes
uc-state a --reset --format json
uc-state a --format tsv
uc-state a --group g
uc-state a --kafka
uc-generate a
uc-generate -p 10
uc-generate -l 2 --frame-bytes 200
uc-generate -o t --truth t
`.trim().split('\n')

for (const call of wrong) {
  test(`${call} is refused in the one style`, async () => {
    const [name = '', ...argv] = call.split(' ')
    const command = commandNamed(name)!
    const error = await parseArguments(command, argv).then((parsed) => command.plan(parsed))
      .then(() => assert.fail(`${call} is accepted`), (error) => error)
    assert.ok(error instanceof UcError, error)
    assert.equal(error.code, 'usage')
    assert.ok(shapes.some((shape) => shape.test(error.message)), error.message)
    assert.doesNotMatch(error.message, /[.\n]$/)
  })
}
