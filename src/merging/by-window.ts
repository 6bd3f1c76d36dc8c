/**
 * By the name of a window's kind, its start and its group. A number takes no memory, where a key is a
 * string; and few lines are of groups, or nearly all.
 */
import type { Group } from '../group.ts'

export interface PlacedWindow {
  readonly kindName: string
  readonly startMs: number
  readonly by: Group | undefined
}

export class ByWindow<T> {
  readonly #kinds = new Map<string, Map<number, T>>()
  readonly #groups = new Map<string, Map<number, Map<string, T>>>()

  get({ kindName, startMs, by }: PlacedWindow): T | undefined {
    const start = startMs / 1000
    if (by === undefined) return this.#kinds.get(kindName)?.get(start)
    return this.#groups.get(kindName)?.get(start)?.get(by.json)
  }

  set({ kindName, startMs, by }: PlacedWindow, value: T): void {
    const start = startMs / 1000 // whole seconds, which the runtime keeps as they are
    if (by === undefined) made(this.#kinds, kindName, newMap<number, T>).set(start, value)
    else {made(
        made(this.#groups, kindName, newMap<number, Map<string, T>>),
        start,
        newMap<string, T>,
      ).set(by.json, value)}
  }

  delete({ kindName, startMs, by }: PlacedWindow): void {
    const start = startMs / 1000
    if (by === undefined) {
      this.#kinds.get(kindName)?.delete(start)
      return
    }
    const ofKind = this.#groups.get(kindName)
    const ofWindow = ofKind?.get(start)
    ofWindow?.delete(by.json)
    if (ofWindow?.size === 0) ofKind!.delete(start)
  }

  clear(): void {
    this.#kinds.clear()
    this.#groups.clear()
  }
}

function made<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = make())
  return value
}

function newMap<Key, Value>(): Map<Key, Value> {
  return new Map<Key, Value>()
}
