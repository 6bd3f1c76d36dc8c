/**
 * The tarball of `npm pack`, and the two ways to install it that README shows: globally for Node, in
 * a folder for Deno. Nothing but the tarball, npm and its cache is used.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binFolder, denoPath, root } from './paths.ts'
import { shell, type ShellOptions } from './shell.ts'

/** The least that Deno has to allow for the pipe of the test, as README has it. */
const leastPermissions: Readonly<Record<string, string>> = {
  'uc-generate': '--allow-write=s.gz,truth.json',
  'uc-extract': '',
  'uc-window': '',
  'uc-count': '',
  'uc-merge': '',
  'uc-pipeline': '--allow-read=s.gz',
}

/** What a compiler could be called. Each fails the installation that calls it. */
const compilers = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'make', 'node-gyp', 'python3']

/** Packs the checkout as it is built; building again would disturb tests that run. */
export function packedInto(folder: string): string {
  const flags = ['--ignore-scripts', '--silent', '--pack-destination', folder]
  const name = execFileSync('npm', ['pack', ...flags], { cwd: root, encoding: 'utf8' })
  return join(folder, name.trim())
}

export interface Installed {
  /** How shell() runs the commands of this package, and no others, in the folder. */
  readonly shell: ShellOptions
  /** What npm said. */
  readonly stderr: string
}

/** `npm i -g` for Node into a prefix of its own. */
export async function installedForNode(folder: string, tarball: string): Promise<Installed> {
  const stderr = await install(folder, `npm i -g --prefix prefix "${tarball}"`)
  return { stderr, shell: atHome(folder, join(folder, 'prefix/bin')) }
}

/** `npm i` for Deno, which runs node_modules/.bin/uc-… with the least permissions. */
export async function installedForDeno(folder: string, tarball: string): Promise<Installed> {
  const stderr = await install(folder, `npm i --prefix . "${tarball}"`)
  return { stderr, shell: onDeno(folder, join(folder, 'node_modules/.bin')) }
}

/** The checkout itself, as it is built, on Deno with the least permissions. */
export function cloneForDeno(folder: string): Installed {
  return { stderr: '', shell: onDeno(folder, binFolder) }
}

function onDeno(folder: string, commands: string): ShellOptions {
  const scripts = Object.entries(leastPermissions).map(([name, flags]) => {
    const path = join(commands, name)
    return [name, `exec "${denoPath}" run --no-prompt ${flags} "${path}" "$@"`] as const
  })
  return atHome(folder, scriptsIn(join(folder, 'deno'), scripts))
}

async function install(folder: string, command: string): Promise<string> {
  const npm = `${command} --prefer-offline --no-audit --no-fund --no-update-notifier`
  const failing = compilers.map((name) => [name, `echo ${name} was called >&2; exit 1`] as const)
  const keys = ['cache', 'userconfig', '--loglevel=error']
  const config = execFileSync('npm', ['config', 'get', ...keys], { encoding: 'utf8' })
  const [, cache = '', userconfig = ''] = /^cache=(.+)\nuserconfig=(.+)$/m.exec(config) ?? []
  const options = atHome(folder, scriptsIn(join(folder, 'compilers'), failing))
  const { stderr, status } = await shell(npm, {
    ...options,
    environment: {
      ...options.environment,
      CC: '/bin/false',
      CXX: '/bin/false',
      npm_config_cache: cache,
      npm_config_userconfig: userconfig, // it may name another registry
    },
  })
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`)
  return stderr
}

/** With an empty home: no cache of Deno, no settings. */
function atHome(folder: string, bin: string): ShellOptions {
  return { cwd: folder, bin, environment: { HOME: join(folder, 'home') } }
}

function scriptsIn(bin: string, scripts: readonly (readonly [string, string])[]): string {
  mkdirSync(bin)
  for (const [name, text] of scripts) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}
