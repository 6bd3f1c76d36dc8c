/**
 * `npm start`: installs and builds what is missing, then counts. Without arguments it counts a
 * stream of its own, and compares with what the generator knows; with arguments it is uc-pipeline,
 * in the folder where the user stands. Plain JavaScript, since nothing is built yet when it starts.
 */
import './install.js' // before all others: nothing else need be there
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const frames = 200_000
const kinds = ['minute', 'hour', 'day']
let running

/** When something in the folder changed; a file that went away changes the folder itself. */
function newestMs(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? newestMs(path) : statSync(path).mtimeMs
  })
  return Math.max(statSync(folder).mtimeMs, ...times)
}

function isBuilt() {
  const main = join(root, 'dist/cli/main.js')
  return existsSync(main) && statSync(main).mtimeMs > newestMs(join(root, 'src'))
}

function build() {
  process.stderr.write('building …\n')
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['inherit', process.stderr, 'inherit'],
  })
  if (status === 0) return
  process.stderr.write('building failed; see above\n')
  process.exit(1)
}

/** Counts the user's own frames, in this very process: signals and the exit status are its own. */
async function countTheirs() {
  process.chdir(process.env.INIT_CWD ?? '.')
  const { main } = await import('../dist/cli/main.js')
  await main('uc-pipeline')
}

async function countOurs() {
  const folder = mkdtempSync(join(tmpdir(), 'uc-start-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const flags = `-c ${frames} -n 50000 -d 5 -p 1 -o stream.jsonl --truth truth.json`
  const generated = await run({ folder, command: 'uc-generate', args: flags.split(' ') })
  const stream = join(folder, 'stream.jsonl')
  const megabytes = statSync(stream).size / 1e6
  say(dim(`${frames.toLocaleString('en-US')} frames, ${speed(megabytes, generated.seconds)}`))

  const { fittingTable, plainTable } = await import('../dist/src/io/result-table.js')
  const { columns } = process.stdout
  let table
  const args = [...kinds.map((kind) => `--${kind}`), 'stream.jsonl']
  const results = []
  const counted = await run({
    folder,
    command: 'uc-pipeline',
    args,
    take(line) {
      // As uc-pipeline itself shows it on a terminal. Its progress may stand on this line.
      if (process.stdout.isTTY && process.stderr.isTTY) process.stdout.write('\r\x1b[K')
      const result = JSON.parse(line)
      table ??= columns > 0 ? fittingTable(result, columns) : plainTable(false)
      if (results.length === 0) say(dim(table.head))
      results.push(result)
      say(table.row(result))
    },
  })
  const framesPerSecond = Math.round(frames / counted.seconds).toLocaleString('en-US')
  say(dim(`${framesPerSecond} frames/s, ${speed(megabytes, counted.seconds)}, with start-up`))

  const wrong = differences(results, JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')))
  say(
    wrong.length === 0
      ? `\n${green('right')}: all ${results.length} windows have the users and frames that the ` +
        'generator counted by itself'
      : '\nwrong: these windows differ from what the generator counted by itself',
  )
  for (const difference of wrong) say(`  ${difference}`)
  say(`\nCount your own:  ${bold('npm start -s -- --minute my.jsonl.gz')}`)
  return wrong.length === 0 ? 0 : 1
}

/** Runs a command of the toolkit as shown. Ends with its exit status where that is not 0. */
async function run({ folder, command, args, take }) {
  say(`\n${dim('$')} ${bold([command, ...args].join(' '))}`)
  const beganMs = performance.now()
  const child = spawn(process.execPath, [join(root, 'bin', command), ...args], {
    cwd: folder,
    stdio: ['ignore', take === undefined ? 'inherit' : 'pipe', 'inherit'],
  })
  running = child
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (take !== undefined) createInterface({ input: child.stdout }).on('line', take)
  const status = await ended
  if (status !== 0) process.exit(status ?? 1)
  return { seconds: (performance.now() - beganMs) / 1000 }
}

/** What was counted otherwise than the generator did, both ways. */
function differences(results, truth) {
  const words = ({ kind, start, users, frames }) =>
    `${kind} ${new Date(start * 1000).toISOString()}: ${users} users, ${frames} frames`
  const found = results.map((result) => words({ ...result, kind: result.window }))
  const expected = kinds.flatMap((kind) => {
    return truth.windows[kind].map((window) => words({ ...window, kind }))
  })
  return [
    ...expected.filter((line) => !found.includes(line)).map((line) => `expected ${line}`),
    ...found.filter((line) => !expected.includes(line)).map((line) => `counted  ${line}`),
  ]
}

function speed(megabytes, seconds) {
  return `${megabytes.toFixed(0)} MB of JSON in ${seconds.toFixed(1)} s, ` +
    `${(megabytes / seconds).toFixed(0)} MB/s`
}

function say(text) {
  process.stdout.write(`${text}\n`)
}

function styled(code) {
  const isPlain = !process.stdout.isTTY || (process.env.NO_COLOR ?? '') !== ''
  return (text) => isPlain ? text : `\x1b[${code}m${text}\x1b[0m`
}

const [bold, dim, green] = [styled(1), styled(2), styled(32)]

if (!isBuilt()) build()
if (process.argv.length > 2) {
  await countTheirs()
} else {
  process.on('SIGINT', () => {}) // the terminal tells the command too, and its end is ours
  process.on('SIGTERM', () => running?.kill('SIGTERM'))
  process.exit(await countOurs())
}
