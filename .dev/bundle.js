/**
 * Puts the modules that a run loads into few files, since to find and to open a hundred takes a
 * command longer than to count a million frames of them. What only some runs need stays outside,
 * and in files of its own: Kafka, time zones, the commands that are not asked for.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url)
const path = (name) => fileURLToPath(new URL(name, root))
const { dependencies } = JSON.parse(readFileSync(path('package.json'), 'utf8'))
const inEveryRun = [
  'fastest-levenshtein',
  'hyperloglog',
  'murmurhash3',
  'ndjson',
  'split2',
  'tinyqueue',
  'yargs',
]

/** `new Buffer` is deprecated, of which Node warns only outside of node_modules. */
const modernBuffer = {
  name: 'modern-buffer',
  setup({ onLoad }) {
    onLoad({ filter: /hyperloglog\.js$/ }, ({ path }) => {
      return { contents: readFileSync(path, 'utf8').replaceAll('new Buffer(', 'Buffer.alloc(') }
    })
  },
}

await build({
  entryPoints: {
    main: path('dist/src/cli/main.js'),
    thread: path('dist/src/io/threads/thread.js'),
  },
  outdir: path('dist/cli'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  plugins: [modernBuffer],
  alias: { 'string-width': path('.dev/string-width.js') },
  external: Object.keys(dependencies).filter((name) => !inEveryRun.includes(name)),
  banner: { // packages of CommonJS ask for modules of Node
    js:
      "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
  },
  legalComments: 'eof',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
})
