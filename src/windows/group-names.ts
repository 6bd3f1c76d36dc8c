/**
 * The groups of one breakdown that are there: a number for each name, as long as a window has it.
 * Numbers are used again.
 */
import type { FrameBatch } from '../records.ts'

export class GroupNames {
  readonly #numbers = new Map<string, number>()
  readonly #names: (string | undefined)[] = []
  /** Windows that have the group, by its number. */
  #holders = new Uint32Array(64)
  readonly #free: number[] = []
  /** Numbers given while a batch is counted. */
  #given: number[] = []
  /** Of the names of a batch, by their place in its list: number + 1. */
  #known = new Uint32Array(0)
  #knownNames: readonly string[] | undefined
  /** Of each frame of the batch that is counted now. */
  #ofFrame = new Uint32Array(1024)

  get size(): number {
    return this.#numbers.size
  }

  name(number: number): string {
    return this.#names[number]!
  }

  /** The number of a name, which is kept as long as somebody holds it. */
  number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#free.pop() ?? this.#names.length
    if (number >= this.#holders.length) {
      const larger = new Uint32Array(this.#holders.length * 2)
      larger.set(this.#holders)
      this.#holders = larger
    }
    this.#numbers.set(name, number)
    this.#names[number] = name
    this.#given.push(number)
    return number
  }

  hold(number: number): void {
    this.#holders[number]!++
  }

  release(number: number): void {
    if (--this.#holders[number]! > 0) return
    this.#forget(number)
    this.#knownNames = undefined // one of them has lost its number
  }

  /** Finds the groups of frames [from, to), for `ofFrame`. */
  begin({ groups }: FrameBatch, place: number, from: number, to: number): void {
    const { ids, names } = groups[place]!
    if (this.#ofFrame.length < to) this.#ofFrame = new Uint32Array(2 * to)
    if (this.#knownNames !== names) {
      this.#knownNames = names
      this.#known.fill(0)
    }
    if (this.#known.length < names.length) {
      const larger = new Uint32Array(2 * names.length)
      larger.set(this.#known)
      this.#known = larger
    }
    const known = this.#known
    const ofFrame = this.#ofFrame
    for (let i = from; i < to; i++) {
      const id = ids[i]!
      let number = known[id]! - 1
      if (number < 0) {
        number = this.number(names[id]!)
        known[id] = number + 1
      }
      ofFrame[i] = number
    }
  }

  /** The frames are counted: a group that no window has taken is none. */
  end(): void {
    if (this.#given.length === 0) return
    const given = this.#given
    this.#given = []
    for (const number of given) {
      if (this.#holders[number] !== 0 || this.#names[number] === undefined) continue
      this.#forget(number)
      this.#knownNames = undefined
    }
  }

  get ofFrame(): Uint32Array {
    return this.#ofFrame
  }

  #forget(number: number): void {
    this.#numbers.delete(this.#names[number]!)
    this.#names[number] = undefined
    this.#free.push(number)
  }
}
