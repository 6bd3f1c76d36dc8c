/**
 * Help and the README's option tables, rendered from the table of commands: plain text in 80 columns,
 * or as many as the terminal has that shows it.
 */
import { type AnyCommand, commands, exitsOf, groupsOf } from './commands.ts'
import { type AnyOption, flagOf, shortFlagOf, valueOf } from './option.ts'
import { type OwnWord, ownWords } from './own-words.ts'

/** Of a pipe or a file. */
const columns = 80
/** Where the text of an option begins; a longer option has it on the next line. */
const briefColumn = 30
/** Where less than so many are left, it begins on the next line always, and further left. */
const leastBriefColumns = 34

export interface HelpOptions {
  readonly isLong?: boolean
  /** How many columns there are. */
  readonly width?: number
}

/** `--help` of one command; the long form adds detail and example of each option. */
export function renderHelp(
  command: AnyCommand,
  { isLong = false, width = columns }: HelpOptions = {},
): string {
  const column = width - briefColumn < leastBriefColumns ? 10 : briefColumn
  const parts = [
    hanging(`${command.name}: ${lowerFirst(command.brief)}`, width),
    hanging(`Usage: ${command.usage}`, width),
    `${entry('  Reads', command.reads, 10, width)}\n${
      entry('  Writes', command.writes, 10, width)
    }`,
  ]
  for (const [group, options] of groupsOf(command)) {
    const texts = options.map((option) => optionHelp(option, { isLong, column, width }))
    parts.push(`${group}\n${texts.join(isLong ? '\n\n' : '\n')}`)
  }
  const exits = exitsOf(command).map(([status, meaning]) => entry(`  ${status}`, meaning, 8, width))
  parts.push(
    `Help\n${entry('  -h, --help', 'Show this', column, width)}\n` +
      entry('      --version', 'Show the version', column, width),
    `Exit status\n${exits.join('\n')}`,
    `Example\n  ${command.example}`,
  )
  return `${parts.join('\n\n')}\n`
}

/** What `uc` alone says. */
export function renderOverview(width: number = columns): string {
  const lines = commands.map(({ name, brief }) => {
    return entry(`  ${name.replace('uc-', '')}`, brief, 22, width)
  })
  const usage = 'Usage: uc COMMAND [OPTION…] [FILE…]     the same as uc-COMMAND [OPTION…] [FILE…]'
  return `${hanging('uc: counts unique users per window of time', width)}

${hanging(usage, width)}

Commands
${lines.join('\n')}
${ownWords.map(({ call, brief }) => entry(`  ${call}`, brief, 22, width)).join('\n')}

Example
  uc generate -c 20k | uc pipeline --minute
`
}

/** `uc help` of what uc does by itself. */
export function renderOwnHelp(
  { name, brief, usage, detail, example }: OwnWord,
  width: number = columns,
): string {
  const parts = [
    hanging(`uc ${name}: ${lowerFirst(brief)}`, width),
    hanging(`Usage: ${usage}`, width),
    ...detail.map((paragraph) => wrap(paragraph, width).join('\n')),
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

interface OptionHelp extends Required<HelpOptions> {
  /** Where its text begins. */
  readonly column: number
}

function optionHelp(option: AnyOption, { isLong, column, width }: OptionHelp): string {
  const short = shortFlagOf(option)
  const head = `  ${short ? `${short},` : '   '} ${flagOf(option)} ${valueOf(option)}`.trimEnd()
  const fallback = shownDefault(option)
  const brief = entry(head, `${option.brief}${fallback && ` [${fallback}]`}`, column, width)
  if (!isLong) return brief
  const detail = entry('', `${detailOf(option)} Example: ${option.example}`, 8, width)
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
function entry(head: string, text: string, column: number, width: number): string {
  const indent = ' '.repeat(column)
  const lines = wrap(text, width - column)
  if (head.length + 1 >= column) return [head, ...lines.map((line) => indent + line)].join('\n')
  return lines.map((line, i) => (i === 0 ? head.padEnd(column) : indent) + line).join('\n')
}

/** Wrapped, with what goes on further right. */
function hanging(text: string, width: number): string {
  const indent = 4
  const [first = '', ...others] = wrap(text, width - indent)
  return text.length <= width
    ? text
    : [first, ...others.map((line) => ' '.repeat(indent) + line.trim())].join('\n')
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
