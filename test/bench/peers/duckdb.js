/**
 * Users per minute by DuckDB: `node duckdb.js THREADS FILE`, where FILE may be gzip or /dev/stdin.
 * Both columns are read as text, since `ts` may be a number or a string; naming them spares DuckDB
 * the guessing of the schema. It runs from here, not from dist/, to find its package.
 */
import process from 'node:process'
import { DuckDBInstance } from '@duckdb/node-api'

const [threads = '1', file = ''] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads })
const connection = await instance.connect()
const reader = await connection.runAndReadAll(`
  SELECT floor(ts::DOUBLE / 60)::BIGINT * 60 AS start, count(DISTINCT uid)
  FROM read_ndjson('${file}', columns = {ts: 'VARCHAR', uid: 'VARCHAR'})
  GROUP BY start ORDER BY start`)
for (const [start, users] of reader.getRows()) process.stdout.write(`${start} ${users}\n`)
