/**
 * `npm test`: says how long it takes, runs every test file (or those that are named), and ends with
 * one line on what passed and what was left out, with the reason. The tests have a folder for
 * temporary files of their own, which goes with all that killed processes leave in it, and so do
 * processes that outlive their test. Plain JavaScript, as it is no part of what is built.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Two files at once, as on a machine with two processors. */
const concurrency = 2
/** Of one file; the longest takes some minutes. */
const limitMs = 900_000

/** The longest begin, in this order: one that came last would be waited for alone. */
const longest = [
  'kafka/topics-in-out',
  'spark/history',
  'cases',
  'kafka/restart',
  'kafka/brokers/trouble',
  'threads',
  'readme',
  'kafka/lines-wanted',
  'kafka/processes',
].map((name) => `${name}.test.js`)

function testFiles() {
  const folder = join(root, 'dist/test')
  const others = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.js') && !longest.includes(name))
    .sort()
  return [...longest, ...others].map((name) => join(folder, name))
}

/** Linux tells the environment of a process: ours are those with our folder. */
function leftProcesses(folder) {
  try {
    return readdirSync('/proc').map(Number).filter((id) => id > 0 && id !== process.pid)
      .filter((id) => hasVariable(id, `TMPDIR=${folder}`))
  } catch {
    return []
  }
}

function hasVariable(id, variable) {
  try {
    return readFileSync(`/proc/${id}/environ`, 'latin1').split('\0').includes(variable)
  } catch {
    return false // it has ended, or is not ours
  }
}

function cleanUp(folder) {
  for (const id of leftProcesses(folder)) {
    try {
      process.kill(id, 'SIGKILL')
    } catch {
      // it has ended
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/** How many tests passed and failed, and how many were left out for each reason. */
function tallyOf(stream) {
  const tally = { passed: 0, failed: 0, leftOut: new Map() }
  const leaveOut = (reason) => {
    const words = reason.replace(/^(NOT TESTED|skipped): /, '')
    tally.leftOut.set(words, (tally.leftOut.get(words) ?? 0) + 1)
  }
  stream.on('test:pass', ({ skip, details }) => {
    if (skip !== undefined) leaveOut(String(skip))
    else if (details.type !== 'suite') tally.passed++
  })
  stream.on('test:fail', () => tally.failed++)
  stream.on('test:diagnostic', ({ message }) => {
    if (message.startsWith('NOT TESTED: ')) leaveOut(message)
  })
  return tally
}

function lastLine({ passed, failed, leftOut }, seconds) {
  const time = `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  const result = `${passed} tests passed${failed > 0 ? `, ${failed} FAILED` : ''} in ${time}`
  const reasons = [...leftOut].map(([reason, count]) => `${reason} (${count})`)
  return `${result}; left out: ${reasons.length === 0 ? 'none' : reasons.join('; ')}\n`
}

const named = process.argv.slice(2)
const files = named.length > 0 ? named : testFiles()
if (named.length === 0) {
  process.stdout.write(`${files.length} files of tests: some 20 minutes on two processors\n`)
}
const folder = mkdtempSync(join(tmpdir(), 'uc-tests-'))
chmodSync(folder, 0o755) // as some tests run a program as another user
process.env.TMPDIR = folder
process.on('exit', () => cleanUp(folder))
for (const [signal, status] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) {
  process.on(signal, () => process.exit(status))
}

const beganMs = performance.now()
const stream = run({ files, concurrency, timeout: limitMs })
const tally = tallyOf(stream)
const report = stream.compose(spec)
report.pipe(process.stdout, { end: false })
report.on('end', () => {
  process.stdout.write(lastLine(tally, (performance.now() - beganMs) / 1000))
  process.exitCode = tally.failed > 0 ? 1 : 0
})
