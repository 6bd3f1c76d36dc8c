/**
 * Help and the README's option tables, rendered from the table of commands: 80 columns, no colour,
 * the same on a terminal and in a file.
 */
import { type AnyCommand, commands, exitsOf, groupsOf } from './commands.ts'
import { type AnyOption, flagOf, shortFlagOf, valueOf } from './option.ts'
import { type OwnWord, ownWords } from './own-words.ts'

const columns = 80
/** Where the text of an option begins; a longer option has it on the next line. */
const briefColumn = 30

/** `--help` of one command; the long form adds detail and example of each option. */
export function renderHelp(
  command: AnyCommand,
  { isLong = false }: { isLong?: boolean } = {},
): string {
  const parts = [
    `${command.name}: ${lowerFirst(command.brief)}`,
    `Usage: ${command.usage}`,
    `${entry('  Reads', command.reads, 10)}\n${entry('  Writes', command.writes, 10)}`,
  ]
  for (const [group, options] of groupsOf(command)) {
    parts.push(
      `${group}\n${
        options.map((option) => optionHelp(option, isLong)).join(isLong ? '\n\n' : '\n')
      }`,
    )
  }
  const exits = exitsOf(command).map(([status, meaning]) => entry(`  ${status}`, meaning, 8))
  parts.push(
    `Help\n${entry('  -h, --help', 'Show this', briefColumn)}\n` +
      entry('      --version', 'Show the version', briefColumn),
    `Exit status\n${exits.join('\n')}`,
    `Example\n  ${command.example}`,
  )
  return `${parts.join('\n\n')}\n`
}

/** What `uc` alone says. */
export function renderOverview(): string {
  const lines = commands.map(({ name, brief }) => entry(`  ${name.replace('uc-', '')}`, brief, 22))
  return `uc: counts unique users per window of time

Usage: uc COMMAND [OPTION…] [FILE…]     the same as uc-COMMAND [OPTION…] [FILE…]

Commands
${lines.join('\n')}
${ownWords.map(({ call, brief }) => entry(`  ${call}`, brief, 22)).join('\n')}

Example
  uc generate -c 20k | uc pipeline --minute
`
}

/** `uc help` of what uc does by itself. */
export function renderOwnHelp({ name, brief, usage, detail, example }: OwnWord): string {
  const parts = [
    `uc ${name}: ${lowerFirst(brief)}`,
    `Usage: ${usage}`,
    ...detail.map((paragraph) => wrap(paragraph, columns).join('\n')),
    `Example\n  ${example}`,
  ]
  return `${parts.join('\n\n')}\n`
}

/** The options of a command as a Markdown table. */
export function optionTable(command: AnyCommand): string {
  const rows = Object.values(command.options).map((option) => {
    const value = valueOf(option)
    const cells = [
      `\`${[shortFlagOf(option), flagOf(option)].filter(Boolean).join(', ')}${
        value && ` ${value}`
      }\``,
      shownDefault(option) && `\`${shownDefault(option)}\``,
      `${option.brief}. ${detailOf(option)}`,
      `\`${option.example}\``,
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `| option | default | meaning | example |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function optionHelp(option: AnyOption, isLong: boolean): string {
  const short = shortFlagOf(option)
  const head = `  ${short ? `${short},` : '   '} ${flagOf(option)} ${valueOf(option)}`.trimEnd()
  const fallback = shownDefault(option)
  const brief = entry(head, `${option.brief}${fallback && ` [${fallback}]`}`, briefColumn)
  if (!isLong) return brief
  const detail = entry('', `${detailOf(option)} Example: ${option.example}`, 8)
  return `${brief}\n${detail}`
}

/** With what else says it, the flag above the environment above the file. */
function detailOf({ detail, env, property }: AnyOption): string {
  const elsewhere = [
    env && `${env} in the environment`,
    property && `${property} in the file of --kafka-config`,
  ].filter(Boolean)
  return elsewhere.length === 0 ? detail : `${detail} Also ${elsewhere.join(', or ')}.`
}

/** The default, as it may be typed; of a flag it goes without saying. */
function shownDefault(option: AnyOption): string {
  return option.value === undefined ? '' : option.fallback ?? ''
}

/** `head`, then `text` from a column on, wrapped. */
function entry(head: string, text: string, column: number): string {
  const indent = ' '.repeat(column)
  const lines = wrap(text, columns - column)
  if (head.length + 1 >= column) return [head, ...lines.map((line) => indent + line)].join('\n')
  return lines.map((line, i) => (i === 0 ? head.padEnd(column) : indent) + line).join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
