/**
 * The keys that frames are to be split by: `"country":"country-17","page":"page-4711",`. Few values are
 * frequent and many are rare, each about as often as one by its rank; some frames have no such key,
 * some have null, and some spell the value with an escape. The draws are a sequence of their own, so
 * that all else in the frames stays as it is without them.
 */
import { type Member, put } from './counted-members.ts'
import { below, type Random } from './random.ts'

export interface GroupOptions {
  readonly key: string
  /** How many values there are. */
  readonly values: number
}

/** Of each key the number of its value; -1: it is null, or not there. */
export type DrawnGroups = readonly number[]

const encoder = new TextEncoder()

/** The JSON of a value, as a result line has it. */
export function groupJson(key: string, value: number): string {
  return value < 0 ? 'null' : JSON.stringify(`${key}-${value}`)
}

export function drawGroups(groups: readonly GroupOptions[], random: Random): number[] {
  return groups.map(({ values }) => {
    if (below(random, 100) < 3) return -1
    const share = (random.next() >>> 0) / 2 ** 32
    return Math.min(values - 1, Math.floor(Math.exp(share * Math.log(values + 1))) - 1)
  })
}

/** Writes them in front of what the member holds. */
export function prependGroups(
  member: Member,
  groups: readonly GroupOptions[],
  drawn: DrawnGroups,
  random: Random,
): void {
  let text = ''
  for (const [i, { key }] of groups.entries()) {
    const value = drawn[i]!
    const odd = below(random, 256)
    if (value < 0 && odd < 128) continue
    const json = groupJson(key, value)
    text += `${JSON.stringify(key)}:${odd === 0 ? json.replace('-', '\\u002d') : json},`
  }
  const before = encoder.encode(text)
  member.bytes.copyWithin(before.length, 0, member.length)
  put(member.bytes, 0, before)
  member.length += before.length
}
