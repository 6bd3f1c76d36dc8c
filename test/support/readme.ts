/** README.md as a test sees it: blocks, commands that stand in them and in the text, programs. */
import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import process from 'node:process'
import { binFolder } from './paths.ts'

export interface Block {
  /** The word behind the fence. */
  readonly kind: string
  readonly body: string
}

export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, kind, body]) => ({
    kind: kind!,
    body: body!,
  }))
}

/** The commands of a block that is no console: a line each, without its comment. */
export function commandsIn({ body }: Block): readonly string[] {
  return body.replaceAll('\\\n', '').split('\n')
    .map((line) => line.replace(/(^| )# .*/, '').replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
}

/** Programs that README speaks of; a word alone, or with options only, is no command. */
const spoken =
  /^(uc|uc-[a-z-]+|npm|npx|node|deno|pip|jq|docker|kcat|kubectl|duckdb|awk|sed|cut|grep|sort|iconv|cat|tail|head|tar|unzip|gzip|zstd|xz|bzip2|lz4|curl|source|for|while|printf|echo) (?!-\S+$)/

/** Commands in the text and in its tables, but for those of options, which are tested with these. */
export function spokenCommands(text: string): readonly string[] {
  const prose = text.replace(/<!-- options[^]*?<!-- end -->/g, '').replace(/^```[^]*?^```$/gm, '')
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!)
  return [...new Set(spans)].filter((span) => spoken.test(span))
}

/** Programs at the places of commands that are not installed; ours always are. */
export function missingPrograms(script: string): readonly string[] {
  const bare = script.replace(/'[^']*'|"[^"]*"/g, '_')
  const words = bare.split(/[|;&()\n]+|\b(?:do|then|else)\b/)
    .map((part) => part.trim().replace(/^(\w+=\S*\s+)+/, '').split(/\s/)[0]!)
    .filter((word) => /^[a-z][\w.-]*$/.test(word))
  const path = [binFolder, process.env['PATH']].join(delimiter)
  const isThere = (word: string) =>
    spawnSync('bash', ['-c', `command -v ${word}`], { env: { ...process.env, PATH: path } })
      .status === 0
  return [...new Set(words)].filter((word) => !isThere(word))
}
