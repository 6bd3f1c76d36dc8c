/** How many more files can be opened: the system does not say it beforehand, so it is tried. */
import { closeSync, openSync } from 'node:fs'
import { pathOf } from './file-name.ts'

/** Left free, for modules that are loaded and what else a run opens. */
export const spareDescriptors = 16

/** At most `wanted`; `name` is a file that may be read. */
export function freeDescriptors(name: string, wanted: number): number {
  const opened: number[] = []
  try {
    while (opened.length < wanted) opened.push(openSync(pathOf(name), 'r'))
    return wanted
  } catch (error) {
    // Why else the file cannot be opened is told where it is read.
    return isNoDescriptor(error) ? opened.length : wanted
  } finally {
    for (const fd of opened) closeSync(fd)
  }
}

/** Whether there is no more for us, or for all of the system. */
export function isNoDescriptor(error: unknown): boolean {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EMFILE' || code === 'ENFILE'
}
