/** The value under a name in parsed JSON. Counterpart: ../kernel/named-value.ts, over bytes. */
import { isIndex, type KeyName, type Path } from '../kernel/key-name.ts'
import { isRecord } from '../ndjson/fields.ts'

/** The value that counts, else one that is null or empty, else undefined. */
export function parsedValue(root: unknown, names: readonly KeyName[]): unknown {
  let useless: unknown
  for (const { paths, isPointer } of names) {
    const value = paths.map((path) => valueAt(root, path, isPointer)).find((one) =>
      one !== undefined
    )
    if (value !== undefined && value !== null && value !== '') return value
    useless ??= value
  }
  return useless
}

function valueAt(root: unknown, path: Path, isPointer: boolean): unknown {
  let value = root
  for (const key of path) {
    const hasKey = isRecord(value) || (isPointer && Array.isArray(value) && isIndex(key))
    if (!hasKey || !Object.hasOwn(value as object, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
