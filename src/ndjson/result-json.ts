/**
 * The JSON of a result line: as JSON.stringify gives it, but for the values of its group, which are
 * written as they are known. A parsed object would have rounded large numbers, and would put keys
 * such as "2" and "1" into another order.
 */
import type { ResultLine } from '../records.ts'

/** `json`: of the line by JSON.stringify. */
export function withGroup(json: string, { by }: ResultLine): string {
  if (by === undefined) return json
  const parsed = `,"by":${JSON.stringify(by)},"users":`
  const exact = `,"by":${by.json},"users":`
  return parsed === exact ? json : json.replace(parsed, () => exact)
}
