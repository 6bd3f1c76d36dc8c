/** Java's .properties files, read as Java reads them, with the place of each key for messages. */
import { Properties } from 'properties-file/parser'

export interface Property {
  readonly value: string
  /** The line on which it begins, from 1. */
  readonly line: number
}

/** The properties by key; of a key that stands twice the last one, as in Java. */
export function parseProperties(text: string): ReadonlyMap<string, Property> {
  const properties = new Map<string, Property>()
  for (const { key, value, startingLineNumber } of nodesOf(text)) {
    if (key !== '' || value !== '') properties.set(key, { value, line: startingLineNumber })
  }
  return properties
}

/** What the package says of a bad escape quotes it, which may be a piece of a password. */
function nodesOf(text: string): ReturnType<Properties['getProperties']> {
  try {
    return new Properties(text).getProperties()
  } catch {
    const bad = /^\s*[^#!\s](?:.*[^\\])?(?:\\\\)*\\u(?![\da-f]{4})/i
    const line = text.split(/\r\n|\r|\n/).findIndex((each) => bad.test(each)) + 1
    const place = line > 0 ? `line ${line}` : 'an escape'
    throw new Error(`${place}: expected four hexadecimal digits after \\u`)
  }
}
