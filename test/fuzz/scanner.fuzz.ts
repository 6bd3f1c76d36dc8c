/**
 * Holds both scanners against JSON.parse for as long as asked:
 *
 *   node dist/test/fuzz/scanner.fuzz.js --lines 1000000 --seed 7 [--parser json]
 *
 * Without --seed a random one; it is printed first. Ends with exit 1 at the first line that is read
 * wrongly, shown with the seed of its round.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { holdAgainstOracle } from '../support/differential.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    parser: { type: 'string', default: 'strict' },
  },
})
const lines = Number(values.lines)
const parser = values.parser === 'json' ? 'json' : 'strict'
if (!(lines > 0) || !Number.isSafeInteger(Number(values.seed))) {
  throw new Error('expected --lines and --seed to be whole numbers')
}

const roundLines = 100_000
/** Keys beyond ASCII and elements of arrays are the twin's alone. */
const keys = [
  ['uid', 'ts'],
  ['user.id', 'ts'],
  ['uid', 'ts'],
  ['a.b.c', 'a.t'],
  ['user_id', 'timestamp'],
  ['ключ', '🧭'],
  ['u', 't'],
  [['uid', 'user', 'a.b'], ['ts', 'meta.ts']],
  [['user_id_of_all', 'user.id.x', '/user.id/x'], ['timestamp', '/a~1b', '/meta/t~0s']],
  [['/a/0/id', '/b/1'], ['/a/1', 'ts']],
] as const
const units = ['s', 'ms', 'us', 'ns'] as const

process.stdout.write(`seed ${values.seed}\n`)
let done = 0
for (let round = 0; done < lines; round++) {
  const [uidKey, tsKey] = keys[round % keys.length]!
  const tsUnit = units[round % units.length]!
  const seed = Number(values.seed) + round
  const most = Math.min(roundLines, lines - done)
  const tally = holdAgainstOracle({ parser, uidKey, tsKey, tsUnit, lines: most, seed })
  done += tally.lines
  const { frames, malformed } = tally
  process.stdout.write(
    `${done} lines; round ${round}: ${uidKey} ${tsKey} ${tsUnit}, seed ${seed}, ` +
      `${frames} frames, ${malformed} malformed\n`,
  )
}
