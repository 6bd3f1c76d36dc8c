import type { Stats } from 'node:fs'

/** What makes a file the same one under any name. */
export function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`
}
