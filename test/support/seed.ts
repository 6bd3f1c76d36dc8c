/** The seed of a randomised test: UC_SEED repeats a run, else each run has its own. */
import process from 'node:process'

export const seed: number = Number(process.env['UC_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** What to append to a failure's message. */
export const seedHint: string = `UC_SEED=${seed} repeats this run`
