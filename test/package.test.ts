/**
 * The tarball that `npm pack` gives, installed in empty folders as a user would, where the design
 * card's pipe has to count what the generator knows.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  cloneForDeno,
  type Installed,
  installedForDeno,
  installedForNode,
  packedInto,
} from './support/packages.ts'
import { shell } from './support/shell.ts'

const generate = 'uc-generate -c 2000 -r 20 -d 5 --gz -o s.gz --truth truth.json'
const pipe = 'gzip -dc s.gz | uc-extract | uc-window --minute | uc-count'
const pipeline = 'uc-pipeline --minute s.gz'
const sketched = 'uc-pipeline --minute --sketch s.gz'

const needed = [
  'bin/uc-count',
  'dist/cli/main.js',
  'dist/cli/thread.js',
  'dist/src/kernel/scanner-wasm.js',
  'dist/src/index.d.ts',
  'src/spark/uc_history.py',
  'LICENSE',
  'README.md',
  'REPORT.md',
  'node_modules/hyperloglog/hyperloglog.js',
  'node_modules/murmurhash3/index.js',
]

describe('the package', () => {
  let folder: string
  let tarball: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'uc-package-'))
    tarball = packedInto(folder)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  function emptyFolder(name: string): string {
    const path = join(folder, name)
    mkdirSync(join(path, 'home'), { recursive: true })
    return path
  }

  test('holds the commands and the bundled packages as files, and no tests', async () => {
    const { stdout } = await shell(`tar tzf "${tarball}"`)
    const files = stdout.split('\n')
    for (const file of needed) assert.ok(files.includes(`package/${file}`), `${file} is missing`)
    assert.deepEqual(files.filter((file) => file.startsWith('package/dist/test')), [])
  })

  test('installed globally on Node without a compiler, it counts what the generator knows', async () => {
    await check(await installedForNode(emptyFolder('node'), tarball))
  })

  test('installed in a folder, it does the same on Deno with the least permissions', async () => {
    await check(await installedForDeno(emptyFolder('deno'), tarball))
  })

  test('in a clone Deno needs no other permissions', async () => {
    await check(cloneForDeno(emptyFolder('clone')))
  })
})

async function check({ shell: options, stderr }: Installed): Promise<void> {
  assert.doesNotMatch(stderr, /gyp|was called|install-scripts|deprecat/i)
  const { cwd = '', bin = '' } = options
  const quiet = async (script: string) => {
    const result = await shell(script, options)
    assert.equal(result.stderr, '')
    assert.equal(result.status, 0)
    return result.stdout
  }
  for (const name of ['generate', 'extract', 'window', 'count', 'merge', 'pipeline']) {
    assert.equal(await quiet(`command -v uc-${name}`), `${join(bin, `uc-${name}`)}\n`)
  }
  await quiet(generate)
  const lines = await quiet(pipe)
  assert.equal(await quiet(pipeline), lines, pipeline)
  assert.equal((await shell(pipe, { cwd })).stdout, lines, 'by the checkout')
  assert.equal(await quiet(`${sketched} | uc-merge`), await quiet(sketched))

  const results = lines.trimEnd().split('\n').map((line) => {
    const { start, users, frames } = JSON.parse(line)
    return { start, users, frames }
  })
  const { windows } = JSON.parse(readFileSync(join(cwd, 'truth.json'), 'utf8'))
  assert.ok(results.length > 1)
  assert.deepEqual(results, windows.minute)
}
