/**
 * The table of results on a terminal: it fits the width, and the line that revises a window takes the
 * place of the one before, as long as that is on the screen. What is remembered is one screen.
 *
 * Rows are counted from the cursor, which stands below the last one. So whatever else was written
 * there since, a message or a resized window, means that the rows before are left as they are. From
 * the first row that has changed all are written again: a line that someone typed in between is
 * mended by that.
 */
import { Buffer } from 'node:buffer'
import { type Pane, type ResultLine, windowKey } from '../records.ts'
import type { LineBlocks } from './result-sink.ts'
import { fittingTable, type Table } from './result-table.ts'
import { canMove, columnsOf, type Paints, paintsOf, rowsOf } from './terminal.ts'
import { toldLines } from './tell.ts'

interface Row {
  /** Of the window; the head has none. */
  readonly key: string | undefined
  text: string
  /** Whether what the screen shows is another text. */
  hasChanged: boolean
}

export interface LiveTableOptions {
  /** Whether lines of groups will come; else it is seen when they do. */
  readonly hasGroups?: boolean
  /** Whether the terminal shows what is typed, too. */
  readonly isTyped: boolean
}

/** A terminal that is less high shows the head only once. */
const leastRows = 5
/** What is begun together is put into text when there is more than two screens of it. */
const usualRows = 24

export class LiveTable implements LineBlocks {
  readonly #paints: Paints = paintsOf('stdout')
  /** Whether rows can be written over. */
  readonly #reachesRows: boolean
  /** Goes before each row: what was typed there, or shown of a signal, goes away. */
  readonly #clearLine: string
  #table: Table | undefined
  #hasGroups: boolean
  #columns = 0
  #rows = 0
  /** What is on the screen and can be reached, from top to bottom. */
  #onScreen: Row[] = []
  /** Text that will have scrolled away when all is written. */
  #passing: string[] = []
  /** What is below it, not yet written. */
  #fresh: Row[] = []
  /** Those of both by their keys. */
  readonly #byKey = new Map<string, Row>()
  #sinceHead = 0
  #told = toldLines()

  constructor({ isTyped, hasGroups = false }: LiveTableOptions) {
    this.#hasGroups = hasGroups
    this.#reachesRows = canMove('stdout') && !isTyped
    this.#clearLine = canMove('stdout') ? '\r\x1b[K' : ''
  }

  write(line: ResultLine): void {
    const table = this.#fitted(line)
    const key = `${windowKey(line)}/${line.tz ?? ''}`
    const text = this.#painted(table.row(line), line.pane)
    const row = this.#byKey.get(key)
    if (row === undefined) return this.#add({ key, text, hasChanged: false })
    row.hasChanged ||= row.text !== text
    row.text = text
  }

  get isEmpty(): boolean {
    return this.#passing.length === 0 && this.#fresh.length === 0 &&
      !this.#onScreen.some(({ hasChanged }) => hasChanged)
  }

  take(): Uint8Array {
    this.#look()
    if (this.#told !== toldLines()) this.leaveRows()
    this.#told = toldLines()
    let text = this.#rewritten()
    const passing = this.#passing.shift()
    if (passing !== undefined) {
      this.#forget(this.#onScreen)
      this.#onScreen = []
      return Buffer.from(text + passing)
    }
    if (text === '') text = this.#clearLine
    for (const row of this.#fresh) {
      text += `${row.text}\n`
      row.hasChanged = false
    }
    const rows = [...this.#onScreen, ...this.#fresh]
    this.#fresh = []
    this.#onScreen = rows.splice(Math.max(0, rows.length - this.#reach))
    this.#forget(rows)
    return Buffer.from(text)
  }

  discard(): void {
    this.#onScreen = []
    this.#passing = []
    this.#fresh = []
    this.#byKey.clear()
    this.#table = undefined // the head may be among what is discarded
  }

  /** Rows that are on the screen stay as they are; what has changed is written anew below them. */
  leaveRows(): void {
    const changed = this.#onScreen.filter(({ hasChanged }) => hasChanged)
    this.#forget(this.#onScreen.filter(({ hasChanged }) => !hasChanged))
    this.#onScreen = []
    this.#fresh.unshift(...changed)
  }

  /** How many rows above the cursor can be written over. */
  get #reach(): number {
    return this.#reachesRows ? Math.max(0, this.#rows - 1) : 0
  }

  #look(): void {
    const [columns, rows] = [columnsOf('stdout'), rowsOf('stdout')]
    if (columns === this.#columns && rows === this.#rows) return
    if (columns !== this.#columns) this.#table = undefined
    this.#columns = columns
    this.#rows = rows
    this.leaveRows()
  }

  #fitted(line: ResultLine): Table {
    this.#look()
    const isWider = line.by !== undefined && !this.#hasGroups
    if (this.#table === undefined || isWider) {
      this.#hasGroups ||= isWider
      this.#table = fittingTable(line, this.#columns, this.#hasGroups)
      this.#addHead(this.#table)
    }
    return this.#table
  }

  #painted(text: string, pane: Pane): string {
    if (pane === 'early') return this.#paints.faint(text)
    return pane === 'late' ? this.#paints.revised(text) : text
  }

  #addHead({ head }: Table): void {
    this.#sinceHead = 0
    const text = this.#paints.strong(head)
    this.#fresh.push({ key: undefined, text, hasChanged: false })
  }

  #add(row: Row): void {
    const isOffScreen = this.#rows >= leastRows && this.#sinceHead >= this.#rows - 2
    if (isOffScreen) this.#addHead(this.#table!)
    this.#sinceHead++
    this.#fresh.push(row)
    this.#byKey.set(row.key!, row)
    const screen = Math.max(this.#rows, usualRows)
    if (this.#fresh.length < 3 * screen) return
    const passing = this.#fresh.splice(0, 2 * screen)
    this.#passing.push(passing.map(({ text }) => `${text}\n`).join(''))
    this.#forget(passing)
  }

  #forget(rows: readonly Row[]): void {
    for (const { key } of rows) if (key !== undefined) this.#byKey.delete(key)
  }

  /** From the first row on the screen that has changed; leaves the cursor below the last. */
  #rewritten(): string {
    const from = this.#onScreen.findIndex(({ hasChanged }) => hasChanged)
    if (from < 0) return ''
    const rows = this.#onScreen.slice(from)
    for (const row of rows) row.hasChanged = false
    return `\x1b[${rows.length}A${rows.map(({ text }) => `${this.#clearLine}${text}\n`).join('')}`
  }
}
