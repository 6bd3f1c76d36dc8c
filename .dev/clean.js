/** Removes the build, so that no test of a file that is gone goes on passing. */
import { rmSync } from 'node:fs'

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
