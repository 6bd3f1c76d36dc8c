/**
 * Puts the modules that a run loads into two files, since to find and to open a hundred takes a
 * command longer than to count a million frames of them. What only some runs need stays outside,
 * and in files of its own: Kafka, time zones, the commands that are not asked for.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = new URL('..', import.meta.url)
const path = (name) => fileURLToPath(new URL(name, root))
const { dependencies } = JSON.parse(readFileSync(path('package.json'), 'utf8'))
const inEveryRun = [
  'get-east-asian-width',
  'hyperloglog',
  'murmurhash3',
  'ndjson',
  'split2',
  'tinyqueue',
  'yargs',
]
const others = Object.keys(dependencies).filter((name) => !inEveryRun.includes(name))

/** What `uc-pipeline FILE` loads later; all that these import comes with them. */
const ordinaryRun = /\/run\/uc-pipeline\.js$|\/yargs\/index\.mjs$/

/** `new Buffer` is deprecated, of which Node warns only outside of node_modules. */
const modernBuffer = {
  name: 'modern-buffer',
  transform: {
    filter: { id: /hyperloglog\.js$/ },
    handler: (code) => code.replaceAll('new Buffer(', 'Buffer.alloc('),
  },
}

function bundle(name, entry, codeSplitting) {
  return build({
    input: { [name]: path(entry) },
    platform: 'node',
    external: new RegExp(`^(${others.join('|')})(/|$)`),
    plugins: [modernBuffer],
    resolve: {
      alias: {
        'string-width': path('.dev/string-width.js'),
        'readable-stream': 'node:stream', // of which it is a copy
      },
    },
    output: {
      dir: path('dist/cli'),
      codeSplitting,
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      comments: { legal: true },
    },
    preserveEntrySignatures: 'allow-extension',
    checks: { ineffectiveDynamicImport: false },
  })
}

await bundle('main', 'dist/src/cli/main.js', {
  groups: [
    { name: 'main', test: /\/cli\/main\.js$/, priority: 1 }, // all that help and version need
    { name: 'run', test: ordinaryRun },
  ],
})
await bundle('thread', 'dist/src/io/threads/thread.js', true) // a program of its own
