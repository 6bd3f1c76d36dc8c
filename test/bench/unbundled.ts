/** uc-pipeline as modules, not put together into few files, so that a profile shows their names. */
import { main } from '../../src/cli/main.ts'

await main('uc-pipeline')
