/**
 * What DuckDB estimates of the sets of test/accuracy: `node duckdb-approx.js SETS SIZE SIZE …`, a line
 * per set and size. It runs from here, not from dist/, to find its package.
 */
import process from 'node:process'
import { DuckDBInstance } from '@duckdb/node-api'

const [sets, ...sizes] = process.argv.slice(2).map(Number)
const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection = await instance.connect()
for (let set = 0; set < sets; set++) {
  for (const users of sizes) {
    const reader = await connection.runAndReadAll(
      `SELECT approx_count_distinct('${set}-' || i) FROM range(${users}) AS users(i)`,
    )
    const estimates = { approx_count_distinct: Number(reader.getRows()[0][0]) }
    process.stdout.write(`${JSON.stringify({ users, estimates })}\n`)
  }
}
