/**
 * Which keys the assembly looks for. Two of the root are the usual case, and the fastest; more of
 * them, and paths, go as tables (assembly/layout.ts). The twin finds all others.
 */
import type { FrameKeys } from './frame-parser.ts'
import { isIndex, type KeyName } from './key-name.ts'
import type { Scanner } from './module.ts'

/** A place where a value is looked for. */
interface Place {
  /** Numbers of the names from the root down. */
  readonly names: readonly number[]
  /** Whether it is looked for only where the place before has nothing. */
  readonly isAnotherWay: boolean
}

interface Tables {
  /** Those of the root come first. */
  readonly names: readonly string[]
  readonly rootCount: number
  readonly uid: readonly Place[]
  readonly ts: readonly Place[]
}

/** Tells the scanner, and returns whether it finds them. */
export function setScannedNames(scanner: Scanner, keys: FrameKeys): boolean {
  const { uidKeys, tsKeys, groupKeys } = keys
  if (groupKeys !== undefined && groupKeys.keys.length > 0) return false
  if (![...uidKeys, ...tsKeys].every(isFound)) return false
  const memory = new Uint8Array(scanner.memory.buffer)
  const write = (name: string, at: number) => {
    memory.set(Array.from(name, (letter) => letter.charCodeAt(0)), at)
  }
  const tables = tablesOf(keys)
  const { names, rootCount, uid, ts } = tables
  if (isPlain(uidKeys) && isPlain(tsKeys)) {
    scanner.configurePaths(0, 0, 0, 0)
  } else {
    const { pathNameCapacity, pathNamesAt, pathNameBytesAt, placeCapacity } = scanner
    const most = placeCapacity.value
    if (names.length > pathNameCapacity.value || Math.max(uid.length, ts.length) > most) {
      return false
    }
    for (const [i, name] of names.entries()) {
      write(name, pathNamesAt.value + i * scanner.nameCapacity.value)
      memory[pathNameBytesAt.value + i] = name.length
    }
    for (const [places, at] of [[uid, scanner.uidPlacesAt], [ts, scanner.tsPlacesAt]] as const) {
      for (const [i, { names: [root, ...below], isAnotherWay }] of places.entries()) {
        const place = [root!, below.length, Number(isAnotherWay), ...below]
        if (place.length > scanner.placeBytes.value) return false
        memory.set(place, at.value + i * scanner.placeBytes.value)
      }
    }
    scanner.configurePaths(rootCount, names.length, uid.length, ts.length)
  }
  write(names[uid[0]!.names[0]!]!, scanner.uidNameAt.value)
  write(names[ts[0]!.names[0]!]!, scanner.tsNameAt.value)
  return true
}

/** The first keys of the root by which a lazy walk may stop. */
export function firstNames({ uidKeys, tsKeys }: FrameKeys): readonly [string, string] {
  return [uidKeys[0]!.paths[0]![0]!, tsKeys[0]!.paths[0]![0]!]
}

function tablesOf({ uidKeys, tsKeys }: FrameKeys): Tables {
  const paths = [...uidKeys, ...tsKeys].flatMap((key) => key.paths)
  const names = [...new Set(paths.map(([root]) => root!))]
  const rootCount = names.length
  const below = [...new Set(paths.flatMap((path) => path.slice(1)))]
  names.push(...below)
  const placesOf = (keys: readonly KeyName[]) =>
    keys.flatMap((key) =>
      key.paths.map(([root, ...rest], way) => ({
        names: [names.indexOf(root!), ...rest.map((name) => rootCount + below.indexOf(name))],
        isAnotherWay: way > 0,
      }))
    )
  return { names, rootCount, uid: placesOf(uidKeys), ts: placesOf(tsKeys) }
}

/** A single key of the root. */
function isPlain([key, ...others]: readonly KeyName[]): boolean {
  return others.length === 0 && key!.paths.every((path) => path.length === 1)
}

/** Of ASCII, not too long, and no element of an array. */
function isFound({ paths, isPointer }: KeyName): boolean {
  return paths.every((path) =>
    path.every((name) => /^[ -~]{1,48}$/.test(name) && !(isPointer && isIndex(name)))
  )
}
