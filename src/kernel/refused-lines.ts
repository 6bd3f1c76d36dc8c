/**
 * Refused lines between the rows of frames, as columns: there may be one for each two bytes of the
 * input, and objects would take a hundred times as much, again for each thread that they pass.
 */

import type { Fault } from '../records.ts'

/** Line `i` stands behind `row[i]` frames; why it was refused is `details[detail[i]]`. */
export interface RefusedLines {
  readonly count: number
  readonly row: Uint32Array
  readonly lineNumber: Float64Array
  /** Where it stands in the bytes that were kept. */
  readonly lineStart: Uint32Array
  readonly lineEnd: Uint32Array
  readonly detail: Uint32Array
  /** Each text once. */
  readonly details: readonly string[]
  /** Of each text: what it says, in a word. */
  readonly faults: readonly Fault[]
}

/** One line, to be added. */
export interface RefusedLine {
  readonly row: number
  readonly lineNumber: number
  readonly lineStart: number
  readonly lineEnd: number
  readonly detail: string
  readonly fault: Fault
}

/** Of a line, in the columns. */
const lineBytes = 24
const firstCapacity = 64

export class RefusedColumns {
  count = 0
  #row = new Uint32Array(firstCapacity)
  #lineNumber = new Float64Array(firstCapacity)
  #lineStart = new Uint32Array(firstCapacity)
  #lineEnd = new Uint32Array(firstCapacity)
  #detail = new Uint32Array(firstCapacity)
  readonly #places = new Map<string, number>()
  #faults: Fault[] = []
  #detailBytes = 0

  add({ row, lineNumber, lineStart, lineEnd, detail, fault }: RefusedLine): void {
    if (this.count === this.#row.length) this.#grow()
    const i = this.count++
    this.#row[i] = row
    this.#lineNumber[i] = lineNumber
    this.#lineStart[i] = lineStart
    this.#lineEnd[i] = lineEnd
    this.#detail[i] = this.#placeOf(detail, fault)
  }

  /** What they take of memory. */
  get bytes(): number {
    return this.count * lineBytes + this.#detailBytes
  }

  /** What was added since the last call. */
  take(): RefusedLines {
    const { count } = this
    const taken: RefusedLines = {
      count,
      row: this.#row.slice(0, count),
      lineNumber: this.#lineNumber.slice(0, count),
      lineStart: this.#lineStart.slice(0, count),
      lineEnd: this.#lineEnd.slice(0, count),
      detail: this.#detail.slice(0, count),
      details: [...this.#places.keys()],
      faults: this.#faults,
    }
    this.count = 0
    this.#places.clear()
    this.#faults = []
    this.#detailBytes = 0
    return taken
  }

  #placeOf(detail: string, fault: Fault): number {
    const known = this.#places.get(detail)
    if (known !== undefined) return known
    const place = this.#places.size
    this.#places.set(detail, place)
    this.#faults.push(fault)
    this.#detailBytes += 2 * detail.length
    return place
  }

  #grow(): void {
    const capacity = this.#row.length * 2
    const grown = (column: Uint32Array<ArrayBuffer>) => {
      const larger = new Uint32Array(capacity)
      larger.set(column)
      return larger
    }
    const lineNumber = new Float64Array(capacity)
    lineNumber.set(this.#lineNumber)
    this.#lineNumber = lineNumber
    this.#row = grown(this.#row)
    this.#lineStart = grown(this.#lineStart)
    this.#lineEnd = grown(this.#lineEnd)
    this.#detail = grown(this.#detail)
  }
}
