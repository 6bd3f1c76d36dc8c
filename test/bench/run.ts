/**
 * Runs one benchmark by its name, throughput without one:
 *
 *   npm run bench
 *   npm run bench -- delay 200
 */
import process from 'node:process'

const names = ['throughput', 'delay', 'kafka', 'kafka-delay']
const [name = 'throughput', ...rest] = process.argv.slice(2)
if (names.includes(name)) {
  process.argv.splice(2, Infinity, ...rest)
  await import(`./${name}.bench.js`)
} else {
  process.stderr.write(`no benchmark ${name}; there are ${names.join(', ')}\n`)
  process.exitCode = 2
}
