/**
 * Checks that imports point down: each tier imports only from tiers before it, and the lower ones
 * no `node:` module and no package. Prints every line that does otherwise.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const source = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src')

/** From low to high. A folder with `packages` imports nothing else from outside. */
const tiers = [
  {
    name: 'ground',
    holds: [
      ...[
        'errors.ts',
        'group.ts',
        'shown.ts',
        'nearest.ts',
        'records.ts',
        'stage.ts',
        'state/kept.ts',
        'version.ts',
      ],
      ...['account.ts', 'ledger.ts'],
    ],
    packages: [],
  },
  { name: 'time and counter', holds: ['time/', 'counter/'], packages: [] },
  { name: 'state', holds: ['state/'], packages: [] },
  { name: 'kernel', holds: ['kernel/'], packages: [] },
  { name: 'ndjson', holds: ['ndjson/'], packages: [] },
  { name: 'generate', holds: ['generate/'], packages: [] },
  { name: 'rules', holds: ['sources/', 'windows/', 'merging/'], packages: [] },
  { name: 'stages', holds: ['stages/'], packages: [] },
  { name: 'pipeline', holds: ['chain.ts', 'pipeline.ts', 'index.ts'], packages: [] },
  { name: 'io', holds: ['io/'] },
  { name: 'kafka', holds: ['kafka/'] },
  { name: 'cli', holds: ['cli/'] },
]

/** The packages that a lower tier is about. */
const exceptions = {
  'counter/hyperloglog.ts': ['hyperloglog'],
  'time/zone.ts': ['moment-timezone'],
  'generate/random.ts': ['pure-rand'],
  'stages/count.ts': ['tinyqueue'],
  'stages/in-turn.ts': ['tinyqueue'],
  'stages/merge.ts': ['tinyqueue'],
  'windows/partial-source.ts': ['tinyqueue'],
}

const importPattern = /\b(?:from|import)\s*\(?\s*'([^']+)'/g

function tierOf(file) {
  const tier = tiers.findIndex(({ holds }) => holds.some((part) => file.startsWith(part)))
  if (tier < 0) throw new Error(`src/${file} belongs to no tier; name it in .dev/imports.js`)
  return tier
}

function problem(file, target) {
  const tier = tierOf(file)
  if (target.startsWith('.')) {
    const imported = posix.join(posix.dirname(file), target)
    return tierOf(imported) > tier
      ? `${tiers[tier].name} imports ${tiers[tierOf(imported)].name}`
      : ''
  }
  const name = target.split('/')[0]
  if (tiers[tier].packages === undefined || exceptions[file]?.includes(name)) return ''
  return `${tiers[tier].name} imports nothing from outside`
}

let problems = 0
for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const file = relative(source, path).replaceAll('\\', '/')
  for (const [i, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    for (const [, target] of line.matchAll(importPattern)) {
      const found = problem(file, target)
      if (found === '') continue
      process.stderr.write(`src/${file}:${i + 1}: ${found}: ${line.trim()}\n`)
      problems++
    }
  }
}
process.exit(problems === 0 ? 0 : 1)
