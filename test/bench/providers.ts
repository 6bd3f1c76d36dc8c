/** Gets what a variant runs; each gives the reason where it is not to be had, undefined where it is. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'

export type Provider = (cwd: string) => Promise<string | undefined>

export const peers: string = join(root, 'test/bench/peers')

/** Must be there already. */
export function program(name: string): Provider {
  return async () => {
    return (await shell(`command -v ${name}`)).status === 0 ? undefined : `${name} is not installed`
  }
}

/** Our own command, which may not know a flag yet: wrong usage is status 2, all else a fault. */
export function command(script: string): Provider {
  return async (cwd) => {
    const { status, stderr } = await shell(`${script} /dev/null`, { cwd })
    if (status === 2) return stderr.split('\n')[0]
    if (status !== 0) throw new Error(`${script} /dev/null: ${stderr}`)
    return undefined
  }
}

/** Tries but once, however many variants need it. */
function once(provider: Provider): Provider {
  let result: ReturnType<Provider> | undefined
  return (cwd) => result ??= provider(cwd)
}

/** The peers' own packages, installed when one of them is first needed. */
export const peerPackages: Provider = once(async () => {
  if (existsSync(join(peers, 'node_modules/vega-lite'))) return undefined
  process.stderr.write('installing test/bench/peers (npm ci) …\n')
  const install = 'npm ci --no-audit --no-fund --loglevel=error --fetch-retries=1'
  const { status, stderr } = await shell(install, { cwd: peers })
  if (status === 0) return undefined
  const said = stderr.trim().split('\n').slice(0, 2).join('; ')
  return `npm ci in test/bench/peers fails: ${said}`
})

/** Compiles peers/simdjson.cpp into `cwd`; as root on Debian it installs the library first. */
export const simdjson: Provider = once(async (cwd) => {
  const has = async (script: string) => (await shell(script, { cwd })).status === 0
  if (!await has('command -v g++')) return 'g++ is not installed'
  const includes = 'echo "#include <simdjson.h>" | g++ -x c++ -E - > /dev/null'
  if (!await has(includes)) {
    process.stderr.write('installing libsimdjson-dev (apt-get) …\n')
    const install = 'apt-get update -qq && apt-get install -y -qq libsimdjson-dev'
    const isDebianRoot = process.getuid?.() === 0 && await has('command -v apt-get')
    if (!isDebianRoot || !await has(install)) return 'simdjson.h is missing (libsimdjson-dev)'
  }
  const compile = `g++ -std=c++17 -O3 -march=native ${peers}/simdjson.cpp -lsimdjson -o simdjson`
  const { status, stderr } = await shell(compile, { cwd })
  return status === 0 ? undefined : `simdjson.cpp does not compile: ${stderr.split('\n')[1]}`
})
