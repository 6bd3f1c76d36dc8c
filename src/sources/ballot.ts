/**
 * Who speaks against which of the times that are held, because they are far ahead of the trusted one.
 *
 * A frame speaks against the lowest time that it does not reach, not against those above: were the
 * lowest right, the frame would be late, and a late frame says nothing about the present. When the
 * lowest is refused, what was said against it holds against the next. So the frames of a sparse
 * stream, of which each is far ahead of the one before, refuse a wrong clock above them, and late
 * frames between them never come to nine words against the same one.
 */
import type { RecordReader, RecordWriter } from '../state/record.ts'

/** So many words refuse, and so many held times are believed. */
export const quorum = 9
/** At the end of the input words of held frames refuse by such a lead. */
const endLead = 2

interface Word {
  readonly at: number
  /** The speaker was held itself. */
  readonly isHeld: boolean
}

interface Candidate {
  readonly tsMs: number
  readonly since: number
  words: Word[]
}

export class Ballot {
  readonly #maxDelayMs: number
  /** In the order in which they came. */
  #candidates: Candidate[] = []
  #heard = 0

  constructor(maxDelayMs: number) {
    this.#maxDelayMs = maxDelayMs
  }

  writeTo(record: RecordWriter): void {
    record.number(this.#heard).count(this.count)
    for (const { tsMs, since, words } of this.#candidates) {
      record.number(tsMs).number(since).count(words.length)
      for (const { at, isHeld } of words) record.number(at).flag(isHeld)
    }
  }

  readFrom(record: RecordReader): void {
    this.#heard = record.number()
    this.#candidates = []
    for (let left = record.count(); left > 0; left--) {
      const candidate: Candidate = { tsMs: record.number(), since: record.number(), words: [] }
      for (let words = record.count(); words > 0; words--) {
        candidate.words.push({ at: record.number(), isHeld: record.flag() })
      }
      this.#candidates.push(candidate)
    }
  }

  get count(): number {
    return this.#candidates.length
  }

  /** The place of the lowest; of equals the one that came first. */
  get lowest(): number {
    const times = this.#candidates.map(({ tsMs }) => tsMs)
    return times.indexOf(Math.min(...times))
  }

  timeAt(place: number): number {
    return this.#candidates[place]!.tsMs
  }

  add(tsMs: number): void {
    this.#candidates.push({ tsMs, since: this.#heard, words: [] })
  }

  /** A frame that is not late has come; `isHeld`: it is to be added next. */
  speak(tsMs: number, isHeld: boolean): void {
    const word = { at: ++this.#heard, isHeld }
    this.#against(word, (candidate) => tsMs < candidate.tsMs - this.#maxDelayMs)
  }

  /** The place of one that nine have spoken against, or -1. */
  get refused(): number {
    return this.#candidates.findIndex(({ words }) => words.length >= quorum)
  }

  /** Whether the lowest is refused, if no more frames come. */
  get isLowestRefusedAtEnd(): boolean {
    const { words } = this.#candidates[this.lowest]!
    const others = words.filter(({ isHeld }) => !isHeld).length
    return others >= this.count || words.length >= this.count + endLead
  }

  refuse(place: number): void {
    const [{ tsMs, words }] = this.#candidates.splice(place, 1) as [Candidate]
    for (const word of words) {
      this.#against(word, (candidate) => candidate.tsMs >= tsMs)
    }
  }

  /** Those that are believed: what was said against them was late. */
  release(isBelieved: (tsMs: number) => boolean): void {
    this.#candidates = this.#candidates.filter(({ tsMs }) => !isBelieved(tsMs))
  }

  #against(word: Word, isAgainst: (candidate: Candidate) => boolean): void {
    let target: Candidate | undefined
    for (const candidate of this.#candidates) {
      if (candidate.since >= word.at || !isAgainst(candidate)) continue
      if (target === undefined || candidate.tsMs < target.tsMs) target = candidate
    }
    target?.words.push(word)
  }
}
