/**
 * The groups of a frame as a member of its line: the values of all keys, each key once, whatever the
 * breakdowns are: `"by":{"country":"CH","device":null}`.
 */
import { Group } from '../group.ts'
import type { GroupColumn } from '../records.ts'

/** Of frame `i`; undefined where nothing is split. */
export function groupsOf(groups: readonly GroupColumn[], i: number): Group | undefined {
  const values = new Map<string, string>()
  for (const { keys, ids, names } of groups) {
    const ofKeys = names[ids[i]!]!.split('\n')
    for (const [place, key] of keys.entries()) values.set(key, ofKeys[place]!)
  }
  if (values.size === 0) return undefined
  return new Group([...values.keys()], [...values.values()].join('\n'))
}

/** With the comma before it. */
export function groupsMember(groups: readonly GroupColumn[], i: number): string {
  return `,"by":${groupsOf(groups, i)!.json}`
}
