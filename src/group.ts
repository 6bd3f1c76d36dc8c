/**
 * Groups: what `--by country,device` splits frames into. The name of a group is the compact JSON of
 * the values of the breakdown's keys, a line each, in the order in which the keys were named: in JSON
 * a line break can only stand as an escape.
 *
 *   "CH"\nnull     country is CH, and no device is there
 *   200            a number, which is not the same group as the text "200"
 */

/** The keys of one --by, each as it was named, which is also what it is called in lines. */
export type Breakdown = readonly string[]

/** The value of each key in the group of all that have no line of their own. */
const othersValue = '{"others":true}'

/** The name of that group. A frame whose values are just these is among them, too. */
export function othersName(breakdown: Breakdown): string {
  return breakdown.map(() => othersValue).join('\n')
}

/** A longer one would stand in a message twice, in its key and its value, and hardly fit. */
const mostInKey = 1000

/** What a group is called in the key of a message: its JSON, or a fingerprint of that where it is long. */
export function groupKey(json: string): string {
  if (json.length <= mostInKey) return json
  return `#${fnv1a(json, 0x811c9dc5)}${fnv1a(json, 0x9e3779b9)}/${json.length}`
}

function fnv1a(text: string, basis: number): string {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** The group of a result line. */
export class Group {
  readonly breakdown: Breakdown
  readonly name: string

  constructor(breakdown: Breakdown, name: string) {
    this.breakdown = breakdown
    this.name = name
  }

  /** `{"country":"CH","device":null}` */
  get json(): string {
    const values = this.name.split('\n')
    const members = this.breakdown.map((key, i) => `${JSON.stringify(key)}:${values[i]!}`)
    return `{${members.join(',')}}`
  }

  /** As JSON.parse reads it, which rounds large numbers: `json` has them whole. */
  toJSON(): unknown {
    return JSON.parse(this.json)
  }
}
