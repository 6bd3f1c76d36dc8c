/** What others estimate of the same sets; each is left out, with its reason, where it is not there. */
import { join } from 'node:path'
import process from 'node:process'
import { peerPackages, peers, type Provider } from '../bench/providers.ts'
import { shell } from '../support/shell.ts'
import { type Estimates, sizesUpTo } from './sets.ts'

interface Rival {
  readonly name: string
  readonly provider: Provider
  readonly script: string
}

/** UC_PYTHON names a Python that has the package `chdb`, which is ClickHouse. */
const python = process.env['UC_PYTHON'] ?? 'python3'

const pythonPackage: Provider = async (cwd) => {
  const { status } = await shell(`${python} -c 'import chdb'`, { cwd })
  return status === 0 ? undefined : `${python} has no package chdb`
}

export const rivals: readonly Rival[] = [
  {
    name: 'DuckDB',
    provider: peerPackages,
    script: `${process.execPath} ${join(peers, 'duckdb-approx.js')}`,
  },
  {
    name: 'ClickHouse',
    provider: pythonPackage,
    script: `${python} ${join(peers, 'clickhouse.py')}`,
  },
]

/** A line of a rival's output: a set, its size, and what each of its functions says. */
interface RivalLine {
  readonly users: number
  readonly estimates: Readonly<Record<string, number>>
}

export async function estimatesOf(
  { name, script }: Rival,
  { sets, most }: { readonly sets: number; readonly most: number },
): Promise<readonly Estimates[]> {
  const { stdout, stderr, status } = await shell(`${script} ${sets} ${sizesUpTo(most).join(' ')}`)
  if (status !== 0) throw new Error(`${name}: ${stderr}`)
  const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as RivalLine)
  const groups = new Map<string, Estimates & { readonly estimates: number[] }>()
  for (const { users, estimates } of lines) {
    for (const [counter, estimate] of Object.entries(estimates)) {
      const key = `${counter} ${users}`
      const group = groups.get(key) ?? { counter: `${name} ${counter}`, users, estimates: [] }
      group.estimates.push(estimate)
      groups.set(key, group)
    }
  }
  return [...groups.values()]
}
