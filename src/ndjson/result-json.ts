/**
 * The JSON of a result line, with the values of its group as they are known: a parsed one would have
 * rounded large numbers, and put keys such as "2" and "1" into another order.
 */
import type { Group } from '../group.ts'
import type { ResultLine } from '../records.ts'

/** Only there a number follows: in strings quotes are escaped, and shards have objects. */
const behindGroup = /,"users":(?=\d)/

/** `stringify` does what JSON.stringify does. */
export function resultJson(
  line: ResultLine,
  stringify: (line: ResultLine) => string = JSON.stringify,
): string {
  const { by } = line
  if (by === undefined) return stringify(line)
  const draft: { by?: Group | undefined } = line
  draft.by = undefined
  const json = stringify(line)
  draft.by = by
  return json.replace(behindGroup, (users) => `,"by":${by.json}${users}`)
}
