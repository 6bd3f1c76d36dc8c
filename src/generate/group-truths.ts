/**
 * The true users and frames of the groups of one window: by each key, and by all of them together. A
 * user in a group is one number, which holds as long as there are fewer than 2^53 of them.
 */
import { type DrawnGroups, groupJson, type GroupOptions } from './groups.ts'

export interface GroupTruth {
  users: number
  frames: number
}

/** By the keys with commas between, then by the JSON of their values with commas between. */
export type GroupTruthsJson = Readonly<Record<string, Readonly<Record<string, GroupTruth>>>>

export class GroupTruths {
  readonly #options: readonly GroupOptions[]
  readonly #users: number
  readonly #breakdowns: readonly (readonly number[])[]
  readonly #seen: readonly Set<number>[]
  readonly #counts: readonly Map<number, GroupTruth>[]

  constructor(options: readonly GroupOptions[], users: number) {
    this.#options = options
    this.#users = users
    const places = options.map((_, i) => i)
    this.#breakdowns = [...places.map((place) => [place]), ...(places.length > 1 ? [places] : [])]
    this.#seen = this.#breakdowns.map(() => new Set<number>())
    this.#counts = this.#breakdowns.map(() => new Map<number, GroupTruth>())
  }

  add(user: number, drawn: DrawnGroups): void {
    for (const [b, places] of this.#breakdowns.entries()) {
      let group = 0
      for (const place of places) {
        group = group * (this.#options[place]!.values + 1) + drawn[place]! + 1
      }
      const counts = this.#counts[b]!
      let count = counts.get(group)
      if (count === undefined) counts.set(group, count = { users: 0, frames: 0 })
      count.frames++
      const seen = this.#seen[b]!
      const pair = group * this.#users + user
      if (seen.has(pair)) continue
      seen.add(pair)
      count.users++
    }
  }

  /** No frame comes any more: who was seen is of no more use. */
  settle(): void {
    for (const seen of this.#seen) seen.clear()
  }

  toJSON(): GroupTruthsJson {
    return Object.fromEntries(this.#breakdowns.map((places, b) => {
      const named = [...this.#counts[b]!].map((
        [group, count],
      ) => [this.#name(group, places), count])
      return [places.map((place) => this.#options[place]!.key).join(), Object.fromEntries(named)]
    }))
  }

  #name(group: number, places: readonly number[]): string {
    const values: string[] = []
    for (const place of [...places].reverse()) {
      const { key, values: count } = this.#options[place]!
      values.unshift(groupJson(key, group % (count + 1) - 1))
      group = Math.floor(group / (count + 1))
    }
    return values.join()
  }
}
