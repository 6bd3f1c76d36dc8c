/**
 * A terminal for tests: runs a command in one, as `script` of util-linux gives it, and shows what a
 * person then sees. It knows what our commands write, and throws for any other escape.
 */
import { spawnSync } from 'node:child_process'
import { shell, type ShellOptions } from './shell.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Whether a command can be run in a terminal here: `script` of macOS is another program. */
export function hasTerminal(): boolean {
  return /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')
}

/** What `command`, for bash, writes to a terminal of that size. */
export async function onTerminal(
  command: string,
  { columns, rows }: Size,
  options: ShellOptions = {},
): Promise<string> {
  const size = `stty cols ${columns} rows ${rows} -echo`
  const script = `unset NO_COLOR FORCE_COLOR COLUMNS PAGER LESS; ${size}; ${command}`
  const { stdout } = await shell('script -qec "$SCRIPT" /dev/null < /dev/null', {
    ...options,
    environment: { ...options.environment, SCRIPT: script, SHELL: '/bin/bash', TERM: 'xterm' },
  })
  return stdout
}

/** How text looks, by a letter: bold, dim, magenta. */
const looks = new Map([['0', ' '], ['', ' '], ['1', 'b'], ['2', 'd'], ['35', 'm']])

export class Screen {
  /** All lines so far, those that have scrolled away too. */
  readonly #lines: string[][] = [[]]
  readonly #looks: string[] = [' ']
  readonly #size: Size
  #row = 0
  #column = 0
  #look = ' '
  /** How each line begins that was too long for the terminal. */
  readonly wrapped: string[] = []
  #isContinued = false
  isCursorHidden = false

  constructor(size: Size, written = '') {
    this.#size = size
    this.write(written)
  }

  write(text: string): this {
    const pattern = /\r|\n|\p{Cc}\[(\??)([\d;]*)([A-Za-z])|./gsu
    for (const [all, mark, argument, letter] of text.matchAll(pattern)) {
      if (letter !== undefined) this.#escape(mark!, argument!, letter)
      else if (all === '\r') this.#column = 0
      else if (all === '\n') this.#lineFeed()
      else if (/\p{Cc}/u.test(all)) throw new Error(`unknown control in ${JSON.stringify(text)}`)
      else this.#print(all)
    }
    return this
  }

  /** As it is seen, from the first line ever written on. */
  get lines(): readonly string[] {
    return this.#lines.map((line) => line.join('').trimEnd())
  }

  /** The same, behind the letter of what the line looks like: its last character. */
  get text(): string {
    return this.lines.map((line, i) => `${this.#looks[i]}|${line}\n`).join('')
  }

  /** Whether what is written next looks as usual. */
  get isPlain(): boolean {
    return this.#look === ' ' && !this.isCursorHidden
  }

  get column(): number {
    return this.#column
  }

  #print(character: string): void {
    const width = widthOf(character)
    if (this.#column + width > this.#size.columns) {
      if (!this.#isContinued) this.wrapped.push(this.#lines[this.#row]!.join(''))
      this.#lineFeed()
      this.#isContinued = true
    }
    const line = this.#lines[this.#row]!
    while (line.length < this.#column) line.push(' ')
    if (width === 0) {
      line[this.#column - 1] += character
      return
    }
    line[this.#column] = character
    if (width === 2) line[this.#column + 1] = ''
    this.#column += width
    this.#looks[this.#row] = this.#look
  }

  #lineFeed(): void {
    this.#row++
    this.#column = 0
    this.#isContinued = false
    if (this.#row < this.#lines.length) return
    this.#lines.push([])
    this.#looks.push(' ')
  }

  #escape(mark: string, argument: string, letter: string): void {
    const count = Number(argument || '1')
    const top = Math.max(0, this.#lines.length - this.#size.rows)
    const line = this.#lines[this.#row]!
    if (mark === '?' && argument === '25') this.isCursorHidden = letter === 'l'
    else if (letter === 'A') this.#row = Math.max(top, this.#row - count)
    else if (letter === 'K' && argument === '') line.length = Math.min(line.length, this.#column)
    else if (letter === 'K' && argument === '2') line.length = 0 // what Deno writes at its start
    else if (letter === 'G' && argument === '0') this.#column = 0
    else if (letter === 'J' && argument === '') line.length = Math.min(line.length, this.#column)
    else if (letter === 'm' && looks.has(argument)) this.#look = looks.get(argument)!
    else throw new Error(`unknown escape ${mark}${argument}${letter}`)
  }
}

function widthOf(character: string): number {
  if (/^[\p{M}\u200d\ufe0f]$/u.test(character)) return 0
  return /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\u{1f300}-\u{1faff}]$/u
      .test(character)
    ? 2
    : 1
}
