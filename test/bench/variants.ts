/**
 * What is compared: one line per variant. A variant gives, per input, a script that reads `s.jsonl` or
 * `s.jsonl.gz` in its folder; without a script it is not measured there.
 */
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../support/paths.ts'
import type { InputKind } from './inputs.ts'
import { command, peerPackages, peers, program, type Provider, simdjson } from './providers.ts'

export interface Variant {
  readonly name: string
  readonly provider: Provider
  readonly scripts: Readonly<Partial<Record<InputKind, string>>>
  /** What standard output must say: users per minute, the number of lines, or nothing. */
  readonly answer: 'minutes' | 'lines' | 'nothing'
}

type Only = readonly InputKind[]
const everywhere: Only = ['file', 'pipe', 'gzip']
const loop = `${process.execPath} ${join(root, 'dist/test/bench/peers/split2-loop.js')}`
// An object per minute inside jq, instead of sort, costs it quadratic time.
const jq = `jq -r '"\\(.ts | tonumber / 60 | floor * 60) \\(.uid)"'`
const swap = `awk '{ print $2, $1 }'`

export const variants: readonly Variant[] = [
  uc('uc-pipeline'),
  uc('uc-pipeline --parser lazy'),
  uc('uc-pipeline --threads 2', ['file']),
  uc('uc-pipeline --parser lazy --threads 2', ['file']),
  uc('uc-pipeline --parser json', ['file']),
  {
    name: 'gzip -dc | uc-extract | uc-window | uc-count',
    provider: program('gzip'),
    scripts: { gzip: 'gzip -dc s.jsonl.gz | uc-extract | uc-window | uc-count' },
    answer: 'minutes',
  },
  {
    name: 'uc-extract > /dev/null',
    provider: program('bash'),
    scripts: { file: 'uc-extract s.jsonl > /dev/null' },
    answer: 'nothing',
  },
  duckdb(1),
  duckdb(2),
  cpp('DOM', 'dom'),
  cpp('on-demand, all members', 'all', ['file']),
  cpp('on-demand, stops after both keys', 'first'),
  {
    name: 'jq, sort -u',
    provider: program('jq'),
    scripts: { file: `${jq} s.jsonl | LC_ALL=C sort -u | cut -d ' ' -f 1 | uniq -c | ${swap}` },
    answer: 'minutes',
  },
  filter('split2, JSON.parse, Set', program('node'), `${loop} <`, ['file']),
  { ...filter('wc -l', program('wc'), 'wc -l'), answer: 'lines' },
  {
    name: 'cat > /dev/null',
    provider: program('cat'),
    scripts: { file: 'cat s.jsonl > /dev/null' },
    answer: 'nothing',
  },
  {
    name: 'gzip -dc > /dev/null',
    provider: program('gzip'),
    scripts: { gzip: 'gzip -dc s.jsonl.gz > /dev/null' },
    answer: 'nothing',
  },
]

function uc(name: string, only: Only = everywhere): Variant {
  const scripts = {
    file: `${name} s.jsonl`,
    pipe: `cat s.jsonl | ${name}`,
    gzip: `${name} s.jsonl.gz`,
  }
  return { name, provider: command(name), scripts: pick(scripts, only), answer: 'minutes' }
}

function duckdb(threads: number): Variant {
  const script = `${process.execPath} ${peers}/duckdb.js ${threads}`
  const scripts = {
    file: `${script} s.jsonl`,
    pipe: `cat s.jsonl | ${script} /dev/stdin`,
    gzip: `${script} s.jsonl.gz`,
  }
  const name = `DuckDB, ${threads} thread${threads === 1 ? '' : 's'}`
  return { name, provider: peerPackages, scripts, answer: 'minutes' }
}

function cpp(name: string, mode: string, only: Only = everywhere): Variant {
  return filter(`C++ simdjson ${name}`, simdjson, `./simdjson ${mode}`, only)
}

/** A program that takes a file or standard input, and knows no gzip. */
function filter(name: string, provider: Provider, script: string, only = everywhere): Variant {
  const scripts = {
    file: `${script} s.jsonl`,
    pipe: `cat s.jsonl | ${script}`,
    gzip: `gzip -dc s.jsonl.gz | ${script}`,
  }
  return { name, provider, scripts: pick(scripts, only), answer: 'minutes' }
}

function pick(scripts: Readonly<Record<InputKind, string>>, only: Only): Variant['scripts'] {
  return Object.fromEntries(only.map((kind) => [kind, scripts[kind]]))
}
