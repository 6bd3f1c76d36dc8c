/** Where the repository is, seen from a test that runs from dist/. */
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '../../..')
export const binFolder: string = join(root, 'bin')
export const casesFolder: string = join(root, 'fixtures/cases')
export const screensFolder: string = join(root, 'fixtures/screens')

/** Deno itself; what npm puts into .bin is a script around it, which signals would reach instead. */
export const denoPath: string = execFileSync(
  join(root, 'node_modules/.bin/deno'),
  ['eval', 'console.log(Deno.execPath())'],
  { encoding: 'utf8' },
).trim()
