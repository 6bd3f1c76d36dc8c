/**
 * The ways by which the same command must give the same lines. A route is a folder of scripts that
 * stand before the real commands in PATH, or an environment.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { commands, count, extract, window } from '../../src/cli/commands.ts'
import { reporting } from '../../src/cli/options/reporting.ts'
import { type AnyOption, flagOf, shortFlagOf } from '../../src/cli/option.ts'
import { binFolder, denoPath, root } from './paths.ts'
import type { ShellOptions } from './shell.ts'

export interface Route {
  readonly name: 'direct' | 'seven' | 'json' | 'deno' | 'pipe' | 'threads'
  readonly claim: string
  readonly shell: Pick<ShellOptions, 'bin' | 'environment'>
  /** Whether standard error is the same too; in a pipe other commands speak. */
  readonly hasSameErrors: boolean
}

/** Cases read and write files of many names; README has the least for each command. */
export const denoPermissions = '--allow-read --allow-write --no-prompt'

const names = ['uc', ...commands.map(({ name }) => name)]

/** Writes the scripts, into a folder that goes with this process. */
export function routes(permissions: string = denoPermissions): readonly Route[] {
  const folder = mkdtempSync(join(tmpdir(), 'uc-routes-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const seven = pathToFileURL(join(root, 'dist/test/support/seven-byte-reads.js'))

  function scripts(route: string, script: (name: string) => string | undefined): string {
    const bin = join(folder, route)
    mkdirSync(bin)
    for (const name of names) {
      const text = script(name)
      if (text === undefined) continue
      writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${text}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    return bin
  }

  const deno = scripts('deno', (name) => {
    return `exec ${denoPath} run ${permissions} ${join(binFolder, name)} "$@"`
  })
  const json = scripts('json', (name) => {
    if (name !== 'uc-extract' && name !== 'uc-pipeline') return undefined
    return `exec ${join(binFolder, name)} --parser json "$@"`
  })
  const threads = scripts('threads', (name) => {
    return name === 'uc-pipeline' ? threadsScript(join(binFolder, name)) : undefined
  })
  const pipe = scripts('pipe', (name) => name === 'uc-pipeline' ? pipeScript() : undefined)
  return [
    { name: 'direct', claim: 'as written', shell: {}, hasSameErrors: true },
    {
      name: 'seven',
      claim: 'with reads of 7 bytes',
      shell: { environment: { NODE_OPTIONS: `--import ${seven}` } },
      hasSameErrors: true,
    },
    { name: 'json', claim: 'with --parser json', shell: { bin: json }, hasSameErrors: true },
    { name: 'deno', claim: 'on Deno', shell: { bin: deno }, hasSameErrors: true },
    { name: 'threads', claim: 'by two threads', shell: { bin: threads }, hasSameErrors: true },
    { name: 'pipe', claim: 'as a pipe of processes', shell: { bin: pipe }, hasSameErrors: false },
  ]
}

/** Threads share files, so that standard input becomes one, of the same name in messages. */
function threadsScript(command: string): string {
  return `
for word; do [ -f "$word" ] && exec ${command} --threads 2 "$@"; done
cat > stdin; exec ${command} --threads 2 "$@" stdin`
}

/** uc-pipeline as a pipe of three commands: each gets the flags that its table lists. */
function pipeScript(): string {
  const stages = [extract, window, count]
  const seen = new Set<AnyOption>()
  const cases = stages.flatMap(({ name, options }) => {
    return Object.values<AnyOption>(options).filter((option) => !seen.has(option)).map((option) => {
      seen.add(option)
      const flag = [flagOf(option), shortFlagOf(option)].filter((text) => text !== '').join('|')
      const owner = option === reporting.stats ? count.name : name // the last one knows all counts
      const list = owner.replace('uc-', '')
      return option.value === undefined
        ? `${flag}) ${list}+=("$1");;`
        : `${flag}) ${list}+=("$1" "$2"); shift;; ${flagOf(option)}=*) ${list}+=("$1");;`
    })
  })
  return `
set -o pipefail
extract=() window=() count=()
while [ $# -gt 0 ]; do
  case "$1" in
    ${cases.join('\n    ')}
    *) extract+=("$1");;
  esac
  shift
done
uc-extract "\${extract[@]}" | uc-window "\${window[@]}" | uc-count "\${count[@]}"`
}
