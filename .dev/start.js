/**
 * `npm start`: installs and builds what is missing, then counts. Without arguments it makes a
 * stream of its own and shows results and speed; with arguments they go to uc-pipeline, which reads
 * files from where the user stands. Plain JavaScript, since nothing is built yet when it runs.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const frames = 200_000
const users = 50_000

/** Runs a program; its output is ours. What prepares the run speaks on standard error. */
function run(program, args, { cwd = root, stdout = 'inherit' } = {}) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd,
    stdio: ['inherit', stdout, 'inherit'],
  })
  if (error !== undefined) throw error
  if (signal !== null) process.kill(process.pid, signal)
  return status
}

function prepare(what, program, args) {
  process.stderr.write(`${what} …\n`)
  const status = run(program, args, { stdout: process.stderr })
  if (status === 0) return
  process.stderr.write(`npm start: ${what} failed; see above\n`)
  process.exit(1)
}

function newestMs(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? newestMs(path) : statSync(path).mtimeMs
  })
  return Math.max(0, ...times)
}

function isInstalled() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json')))
  const names = Object.keys({ ...dependencies, ...devDependencies })
  return names.every((name) => existsSync(join(root, 'node_modules', name)))
}

function isBuilt() {
  const main = join(root, 'dist/src/cli/main.js')
  return existsSync(main) && statSync(main).mtimeMs > newestMs(join(root, 'src'))
}

function demonstrate() {
  const folder = mkdtempSync(join(tmpdir(), 'uc-start-'))
  const stream = join(folder, 'stream.jsonl')
  const truth = join(folder, 'truth.json')
  const shown = `-c ${frames} -n ${users} -d 5 -p 1`
  try {
    process.stderr.write(`\n$ uc-generate ${shown} -o stream.jsonl\n`)
    const flags = [...shown.split(' '), '-o', stream, '--truth', truth]
    if (run(join(root, 'bin/uc-generate'), flags) !== 0) return 1
    const bytes = statSync(stream).size
    process.stderr.write(`$ uc-pipeline --minute --hour --day stream.jsonl\n\n`)
    const beganMs = performance.now()
    const status = run(join(root, 'bin/uc-pipeline'), ['--minute', '--hour', '--day', stream])
    const seconds = (performance.now() - beganMs) / 1000
    const { windows } = JSON.parse(readFileSync(truth))
    const day = windows.day.map((window) => window.users.toLocaleString('en-US')).join(' and ')
    process.stdout.write(
      `\n${frames.toLocaleString('en-US')} frames, ${(bytes / 1e6).toFixed(0)} MB of JSON, in ` +
        `${seconds.toFixed(2)} s with start-up: ` +
        `${Math.round(frames / seconds).toLocaleString('en-US')} frames/s, ` +
        `${(bytes / 1e6 / seconds).toFixed(0)} MB/s\n` +
        `The generator knows the truth: ${day} users in the day.\n\n` +
        'Count your own:  npm start -s -- --minute my.jsonl.gz\n',
    )
    return status
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (!isInstalled()) prepare('installing', 'npm', ['ci', '--no-audit', '--no-fund'])
if (!isBuilt()) prepare('building', 'npm', ['run', '--silent', 'build'])
const args = process.argv.slice(2)
process.exit(
  args.length === 0
    ? demonstrate()
    : run(join(root, 'bin/uc-pipeline'), args, { cwd: process.env.INIT_CWD ?? process.cwd() }),
)
