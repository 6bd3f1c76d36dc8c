/** The keys by which frames are split, and the breakdowns that are made of them. Plain data. */
import type { KeyName } from './key-name.ts'

export interface GroupKeys {
  /** Each once. */
  readonly keys: readonly KeyName[]
  /** Of each breakdown the places of its keys among them. */
  readonly breakdowns: readonly (readonly number[])[]
}

export const noGroupKeys: GroupKeys = { keys: [], breakdowns: [] }

/** As they were named: see src/group.ts. */
export function breakdownsOf({ keys, breakdowns }: GroupKeys): readonly (readonly string[])[] {
  return breakdowns.map((places) => places.map((place) => keys[place]!.text))
}
