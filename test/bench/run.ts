/**
 * Runs one benchmark by its name; peers without one, the table that compares uc with others:
 *
 *   npm run bench
 *   npm run bench -- peers --megabytes 2000
 *   npm run bench -- delay 200
 *
 * NAME.bench.ts in this folder is the benchmark NAME.
 */
import { readdirSync } from 'node:fs'
import process from 'node:process'

const ending = '.bench.js'
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length))
const [first = '-'] = process.argv.slice(2)
const name = first.startsWith('-') ? 'peers' : first
if (names.includes(name)) {
  if (name === first) process.argv.splice(2, 1)
  await import(`./${name}${ending}`)
} else {
  process.stderr.write(`no benchmark ${name}; there are ${names.join(', ')}\n`)
  process.exitCode = 2
}
