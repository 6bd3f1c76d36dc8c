/** The folder of a state: what lies in it, and what is wrong with it, in words. */
import { Buffer } from 'node:buffer'
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { UcError } from '../../errors.ts'
import { pathOf, shownName } from '../file-name.ts'
import { reasonOf } from '../reason.ts'

/** What node:fs opens. */
export function inFolder(folder: string, name: string): string | Buffer {
  const path = pathOf(folder)
  return typeof path === 'string'
    ? `${path}/${name}`
    : Buffer.concat([path, Buffer.from(`/${name}`)])
}

/** The names in it; undefined where there is none. */
export function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(pathOf(folder))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw stateError(folder, `cannot be read: ${reasonOf(error)}`, error)
  }
}

export function makeFolder(folder: string): void {
  try {
    mkdirSync(pathOf(folder))
  } catch (error) {
    throw stateError(folder, `cannot be made: ${reasonOf(error)}`, error)
  }
}

/** Unless something is in it. */
export function removeEmpty(folder: string): void {
  try {
    rmdirSync(pathOf(folder))
  } catch {
    // Something is in it.
  }
}

/** Of the files in it. One that is ended meanwhile has none. */
export function bytesIn(folder: string): number {
  let bytes = 0
  for (const name of readdirSync(pathOf(folder))) {
    bytes += statSync(inFolder(folder, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}

export function damaged(folder: string, problem: string, cause?: unknown): UcError {
  const remedy = 'restore it from a copy, or count anew without it'
  return stateError(folder, `is damaged: ${problem}; ${remedy}`, cause)
}

export function stateError(folder: string, problem: string, cause?: unknown): UcError {
  return new UcError('failed', `the state "${shownName(folder)}" ${problem}`, { cause })
}
