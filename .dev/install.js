/**
 * Installs the packages of the lock file if one is missing or has another version, so that
 * `npm start` and `npm pack` work in a fresh clone. Speaks on standard error, also under npm's
 * --silent: standard output is for results.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function jsonOf(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'))
}

/** Optional packages are those of other platforms. */
function isInstalled() {
  const { packages } = jsonOf('package-lock.json')
  return Object.entries(packages).every(([folder, { version, optional }]) => {
    if (folder === '' || optional === true) return true
    try {
      const installed = jsonOf(join(folder, 'package.json'))
      return version === undefined || installed.version === version
    } catch {
      return false
    }
  })
}

if (Number.parseInt(process.versions.node) < 20) {
  process.stderr.write(`Node ${process.versions.node} is too old; expected Node 20 or newer\n`)
  process.exit(1)
}
if (!isInstalled()) {
  process.stderr.write('installing the packages (npm ci) …\n')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['inherit', process.stderr, 'inherit'],
  })
  if (status !== 0) {
    process.stderr.write('npm ci failed; the packages come from the npm registry\n')
    process.exit(1)
  }
}
