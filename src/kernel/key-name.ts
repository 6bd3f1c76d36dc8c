/**
 * How the keys of the user and of the time are named:
 *
 *   uid          a key of the root
 *   user.id      a path of keys; where there is no such path, the key of the root that is so called
 *   /user.x/0    a JSON Pointer (RFC 6901), which says exactly which: ~1 is a slash, ~0 a tilde,
 *                and a number also an element of an array
 *
 * Of several names the first counts that is there and neither null nor empty.
 */
/** From the root down. */
export type Path = readonly string[]

/** Plain data, as it goes to threads. */
export interface KeyName {
  /** As it was typed. */
  readonly text: string
  /** The first that is there counts. */
  readonly paths: readonly Path[]
  readonly isPointer: boolean
}

/** Throws the end of an error message. */
export function keyName(text: string): KeyName {
  if (text.startsWith('/')) {
    if (/~(?![01])/.test(text)) throw new Error('expected ~0 for a tilde and ~1 for a slash')
    const segments = text.slice(1).split('/')
    const path = segments.map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'))
    return { text, paths: [path], isPointer: true }
  }
  const path = text.split('.')
  if (path.includes('')) {
    throw new Error('expected the name of a key, such as uid, user.id or /user/id')
  }
  return { text, paths: path.length > 1 ? [path, [text]] : [path], isPointer: false }
}

/** Whether a pointer's segment may mean an element of an array. */
export function isIndex(segment: string): boolean {
  return /^(0|[1-9]\d*)$/.test(segment)
}
