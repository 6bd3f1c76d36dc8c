/** Where the repository is, seen from a test that runs from dist/. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '../../..')
export const binFolder: string = join(root, 'bin')
export const casesFolder: string = join(root, 'fixtures/cases')
export const denoPath: string = join(root, 'node_modules/.bin/deno')
