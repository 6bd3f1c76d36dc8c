/** The value that counts of those under several names, once a line is walked. */
import { NONE, NULL, STRING } from './json-tokens.ts'
import type { KeyName } from './key-name.ts'
import { KeyPath } from './key-path.ts'

export class NamedValue {
  /** All places where it is looked for. */
  readonly paths: readonly KeyPath[]
  readonly #names: readonly (readonly KeyPath[])[]
  readonly #missing: string

  constructor(names: readonly KeyName[]) {
    this.#names = names.map((name) => name.paths.map((path) => new KeyPath(name, path)))
    this.paths = this.#names.flat()
    const quoted = names.map(({ text }) => `"${text}"`)
    this.#missing = `root has ${quoted.length > 1 ? 'none of ' : 'no '}${quoted.join(', ')}`
  }

  /** That of the first name that is there and neither null nor empty, else of the first there. */
  get chosen(): KeyPath {
    let useless: KeyPath | undefined
    for (const places of this.#names) {
      for (const place of places) {
        if (place.kind === NONE) continue
        if (!isUseless(place)) return place
        useless ??= place
        break
      }
    }
    return useless ?? this.paths[0]!
  }

  /** In words, where there is none. */
  get missing(): string {
    return this.#missing
  }
}

function isUseless({ kind, start, end }: KeyPath): boolean {
  return kind === NULL || (kind === STRING && start === end)
}
