/**
 * Which inputs a state has counted, and how far: so a file goes on where it stood, one that is over
 * is not counted again under any name, and one that has become another is refused. One record of
 * each, `input/0`, `input/1` … in the order in which they were begun:
 *
 *   text path | flag is over | number decoded bytes | flag is the last one that was begun |
 *   flag is a file | number size | count hi | count lo
 *
 * The last three are of its Content (content.ts), and stand only where it is a file.
 */
import { resolve } from 'node:path'
import { UcError } from '../../errors.ts'
import {
  type KeptPart,
  missingRecord,
  type Put,
  type StateRecord,
  unknownRecord,
} from '../../state/kept.ts'
import { RecordReader, RecordWriter } from '../../state/record.ts'
import type { SourceMark } from '../../records.ts'
import { placeOf } from '../input.ts'
import { grouped } from '../result-format.ts'
import { type Content, ContentReader } from './content.ts'

interface CountedInput {
  /** Under which it was named last; `-` is standard input. */
  path: string
  /** Nothing more of it is expected. */
  isOver: boolean
  /** Decoded bytes that are counted. */
  bytes: number
  /** Undefined of standard input, and of pipes. */
  content: Content | undefined
  /** Which file it is while it is read, as another may get its name: see identityOf. */
  identity?: string | undefined
}

/** What is still to be read. */
export interface Reading {
  readonly files: readonly string[]
  /** By name, from which decoded byte on. */
  readonly fromBytes: ReadonlyMap<string, number>
  /**
   * Whether the first one is what was read last, so that a line that was begun goes on; undefined
   * where nothing was read before.
   */
  readonly goesOn: boolean | undefined
  /** For files side by side: which source each is. */
  readonly numbers: readonly number[]
}

export interface Position {
  readonly input: string
  readonly bytes: number
}

/** An input of a state that is looked at. */
export interface InputStand extends Position {
  readonly isOver: boolean
}

export class CountedInputs implements KeptPart {
  readonly name = 'inputs'
  readonly #inputs: CountedInput[] = []
  readonly #changed = new Set<CountedInput>()
  #current: CountedInput | undefined
  /** What is going to be read, with its place in messages. */
  #next: { readonly place: string; readonly input: CountedInput }[] = []
  /** Whether files are read side by side. */
  readonly #isInterleaved: boolean

  constructor({ isInterleaved }: { readonly isInterleaved: boolean }) {
    this.#isInterleaved = isInterleaved
  }

  /** Throws where a file does not fit; `say` is told of those that are counted already. */
  reading(files: readonly string[], say: (text: string) => void): Reading {
    const rest: string[] = []
    const fromBytes = new Map<string, number>()
    for (const name of files) {
      const path = pathOf(name)
      const input = this.#counted(name, path) ?? newInput(name, path)
      if (input.path !== path) {
        input.path = path // renamed: what has its old name now is another file
        this.#changed.add(input)
      }
      input.identity = identityIn(name)
      if (input.isOver && !hasGrown(name, input)) {
        say(`${placeOf(name)}: counted already; left out`)
        continue
      }
      rest.push(name)
      if (input.content !== undefined) fromBytes.set(name, input.bytes)
      this.#next.push({ place: placeOf(name), input })
    }
    if (this.#isInterleaved) {
      const numbers = this.#numbered()
      return { files: rest, fromBytes, goesOn: undefined, numbers }
    }
    const current = this.#current
    const goesOn = current !== undefined && this.#next[0]?.input === current
    if (current !== undefined && !current.isOver && !goesOn && current.path !== '-') {
      const what = `the state stands in the middle of ${current.path}`
      throw new UcError('failed', `${what}; name that file before others`)
    }
    if (goesOn) this.#next.shift()
    return {
      files: rest,
      fromBytes,
      goesOn: current === undefined ? undefined : goesOn,
      numbers: [],
    }
  }

  get positions(): readonly Position[] {
    return this.stands.map(({ input, bytes }) => ({ input, bytes }))
  }

  get stands(): readonly InputStand[] {
    return this.#inputs.map(({ path, bytes, isOver }) => {
      return { input: path === '-' ? 'stdin' : path, bytes, isOver }
    })
  }

  /** The bytes that follow are of that input. */
  begin({ source, name: place }: SourceMark): void {
    if (this.#isInterleaved) {
      this.#current = this.#inputs[source]
      return
    }
    this.end()
    const at = this.#next.findIndex((next) => next.place === place)
    const [next] = this.#next.splice(0, at + 1).slice(-1)
    if (next === undefined) return
    this.#current = next.input
    this.#current.isOver = false
    if (!this.#inputs.includes(this.#current)) this.#inputs.push(this.#current)
  }

  /** So many decoded bytes more of it are counted. */
  take(bytes: number): void {
    if (this.#current === undefined) {
      this.begin({ type: 'source', source: 0, name: this.#next[0]?.place ?? '' })
    }
    this.reach(this.#current!.bytes + bytes)
  }

  /** It is counted up to that decoded byte. */
  reach(toByte: number): void {
    const current = this.#current!
    current.bytes = Math.max(current.bytes, toByte)
    this.#changed.add(current)
  }

  /** There is no more of it now, or of that source. */
  end(source?: number): void {
    const input = source === undefined ? this.#current : this.#inputs[source]
    if (input === undefined) return
    input.isOver = true
    this.#changed.add(input)
  }

  save(put: Put): void {
    for (const input of this.#changed) {
      const { path, isOver, bytes } = input
      if (input.identity !== undefined && identityIn(path) === input.identity) {
        input.content = ContentReader.of(path, (file) => {
          return file.content(file.isPlain ? Math.min(bytes, file.size) : file.size)
        })
      }
      const record = new RecordWriter().text(path).flag(isOver).number(bytes)
      record.flag(input === this.#current).flag(input.content !== undefined)
      if (input.content !== undefined) {
        record.number(input.content.size).count(input.content.hi).count(input.content.lo)
      }
      const key = `input/${this.#inputs.indexOf(input)}`
      put(key, record.of(key))
    }
    this.#changed.clear()
    if (this.#current?.isOver === false) this.#changed.add(this.#current)
  }

  load(records: Iterable<StateRecord>): void {
    for (const [key, value] of records) {
      const [, order] = /^input\/(\d+)$/.exec(key) ?? []
      if (order === undefined) throw unknownRecord(key)
      const record = new RecordReader(key, value)
      const [path, isOver, bytes] = [record.text(), record.flag(), record.number()]
      const isCurrent = record.flag()
      const content = record.flag()
        ? { size: record.number(), hi: record.count(), lo: record.count() }
        : undefined
      record.end()
      const input = { path, isOver, bytes, content }
      this.#inputs[Number(order)] = input
      if (isCurrent) this.#current = input
    }
    const missing = this.#inputs.findIndex((input) => input === undefined)
    if (missing >= 0) throw missingRecord(`input/${missing}`)
  }

  /** Those that are begun have their sources' numbers, and are all there; others get new ones. */
  #numbered(): number[] {
    const next = this.#next.map(({ input }) => input)
    const left = this.#inputs.find((input) => !input.isOver && !next.includes(input))
    if (left !== undefined) {
      const what = `the state stands in the middle of ${left.path}`
      throw new UcError('failed', `${what}; name that file too`)
    }
    return next.map((input) => {
      const known = input.isOver ? -1 : this.#inputs.indexOf(input)
      if (known >= 0) return known
      const begun = { ...input, isOver: false }
      this.#changed.add(begun)
      return this.#inputs.push(begun) - 1
    })
  }

  /** The input that was read from that file, or from one that began with the same. */
  #counted(name: string, path: string): CountedInput | undefined {
    if (path === '-') return this.#inputs.findLast((input) => input.path === '-')
    const named = this.#inputs.findLast((input) => input.path === path)
    return ContentReader.of(name, (file) => {
      const isSame = ({ content }: CountedInput) =>
        content !== undefined && file.beginsWith(content)
      if (named !== undefined && isSame(named)) return named
      const alike = this.#inputs.findLast((input) => {
        return input.content !== undefined && input.content.size > 0 && isSame(input)
      })
      if (named !== undefined && alike === undefined) throw changed(name, named, file)
      return alike
    })
  }
}

/** What it holds is known before it is read: its name may be another file's by then. */
function newInput(name: string, path: string): CountedInput {
  const content = ContentReader.of(name, (file) => file.content(file.size))
  return { path, isOver: false, bytes: 0, content }
}

function identityIn(name: string): string | undefined {
  return ContentReader.of(name, ({ identity }) => identity)
}

function pathOf(name: string): string {
  return name === '-' ? '-' : resolve(name)
}

function hasGrown(name: string, { path, content }: CountedInput): boolean {
  if (path === '-' || content === undefined) return true
  return ContentReader.of(name, ({ size }) => size > content.size) ?? false
}

function changed(name: string, { content, bytes }: CountedInput, { size }: ContentReader): UcError {
  const what = size < (content?.size ?? 0)
    ? `has ${grouped(size)} bytes, of which the state has counted ${grouped(content!.size)}`
    : `does not begin with the ${grouped(bytes)} bytes that the state has counted of it`
  const remedy = 'give a new file a name of its own, or count anew with another --state'
  return new UcError('failed', `${placeOf(name)}: ${what}; ${remedy}`)
}
