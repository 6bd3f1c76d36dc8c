import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { commands, pipeline } from '../src/cli/commands.ts'
import { flagOf } from '../src/cli/option.ts'
import { ownWords } from '../src/cli/own-words.ts'
import { editsIfNear, nearest } from '../src/nearest.ts'

const flags = Object.values(pipeline.options).map(flagOf)
const words = [...commands, ...ownWords].map(({ name }) => name.replace('uc-', ''))

/** As hands and memory get them wrong. */
const typos: Readonly<Record<string, string>> = {
  '--minut': '--minute',
  '--minutes': '--minute',
  '--mnth': '--month',
  '--weak': '--week',
  '--yaer': '--year',
  '--dya': '--day',
  '--quater': '--quarter',
  '--formt': '--format',
  '--fromat': '--format',
  '--precison': '--precision',
  '--presicion': '--precision',
  '--precis': '--precision',
  '--checkpiont': '--checkpoint',
  '--latness': '--lateness',
  '--maxDelay': '--max-delay',
  '--max_delay': '--max-delay',
  '--maxdelay': '--max-delay',
  '--uidkey': '--uid-key',
  '--ts-kye': '--ts-key',
  '--no-progres': '--no-progress',
  '--untill': '--until',
  '--stat': '--state --stats',
  '--topics': '--topic',
  '--memory': '--max-memory',
  '--timeout': '--connect-timeout',
  '--limit': '--exact-limit',
  '--zone': '--ts-zone',
}

const others = [
  '--chart',
  '--port',
  '--sort',
  '--host',
  '--data',
  '--string',
  '--print',
  '--filter',
  '--verbose',
  '--quiet',
  '--workers',
  '--color',
  '--header',
  '--tail',
  '--user',
  '--json',
  '--csv',
  '--dry-run',
  '--file',
  '--server',
  '--key', // of two, which are not near each other
  '--bar',
  '--x',
  '-x',
  '---',
  '--__proto__',
]

test('a typo is answered by the flags that it is near, or that it is a part of', () => {
  for (const [typed, meant] of Object.entries(typos)) {
    assert.equal(nearest(typed, flags).join(' '), meant, typed)
  }
})

test('a word that is no typo of any flag is answered by none', () => {
  for (const typed of others) assert.deepEqual(nearest(typed, flags), [], typed)
})

test('commands are told from words that are none', () => {
  const meant = {
    cuont: 'count',
    windw: 'window',
    genrate: 'generate',
    piepline: 'pipeline',
    pipe: 'pipeline',
    'from-kafk': 'from-kafka',
    versoin: 'version',
    kafka: '',
    list: '',
    run: '',
    plot: '',
  }
  for (const [typed, word] of Object.entries(meant)) {
    assert.equal(nearest(typed, words).join(' '), word, typed)
  }
})

test('each flag is nearest to itself, and to itself with two letters swapped', () => {
  const flag = fc.constantFrom(...flags.filter((each) => each.length > 6))
  fc.assert(fc.property(flag, fc.nat(), (word, place) => {
    assert.deepEqual(nearest(word, flags), [word])
    const at = 2 + place % (word.length - 3)
    const swapped = `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`
    assert.ok(nearest(swapped, flags).includes(word), swapped)
  }))
})

test('nearness is mutual, and no word is near one that shares no letter with it', () => {
  const word = fc.stringMatching(/^[a-d]{1,12}$/)
  fc.assert(fc.property(word, word, (a, b) => {
    assert.equal(editsIfNear(a, b), editsIfNear(b, a))
    assert.equal(editsIfNear(a, b.replace(/./g, 'x')), undefined)
  }))
})
