/**
 * Users and frames by DuckDB, of groups and of rolling days: `node duckdb-groups.js QUERY ZONE FILE`.
 * A line `window<TAB>start<TAB>group<TAB>users<TAB>frames` each, in any order.
 */
import process from 'node:process'
import { DuckDBInstance } from '@duckdb/node-api'

const [query = '', zone = 'UTC', file = ''] = process.argv.slice(2)
const columns = "{ts: 'VARCHAR', uid: 'VARCHAR', country: 'VARCHAR', page: 'VARCHAR'}"
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`SET TimeZone = '${zone}'`)
// A double would round some of the times up.
await connection.run(`
  CREATE TABLE frames AS
  SELECT floor(coalesce(try_cast(ts AS DECIMAL(28, 12)), ts::DOUBLE))::BIGINT AS ts, uid, country, page,
    to_timestamp(floor(coalesce(try_cast(ts AS DECIMAL(28, 12)), ts::DOUBLE)))::DATE AS day
  FROM read_ndjson('${file}', columns = ${columns})`)

const json = (key) => `coalesce(to_json(${key})::VARCHAR, 'null')`
const rolling = (days) => `
  SELECT 'rolling-${days}d', epoch((d - ${
  days - 1
})::TIMESTAMPTZ)::BIGINT, '', count(DISTINCT uid), count(*)
  FROM (SELECT unnest(generate_series(min(day), max(day), INTERVAL 1 DAY))::DATE AS d FROM frames)
  JOIN frames ON day BETWEEN d - ${days - 1} AND d GROUP BY d`
const queries = {
  country: `SELECT 'minute', ts // 60 * 60, ${json('country')}, count(DISTINCT uid), count(*)
    FROM frames GROUP BY 2, 3`,
  page: `SELECT 'day', epoch(day::TIMESTAMPTZ)::BIGINT, ${
    json('page')
  }, count(DISTINCT uid), count(*)
    FROM frames GROUP BY day, 3`,
  both: `SELECT 'minute', ts // 60 * 60, ${json('country')} || ',' || ${json('page')},
    count(DISTINCT uid), count(*) FROM frames GROUP BY 2, 3`,
  rolling: `${rolling(7)} UNION ALL ${rolling(28)}`,
}
const reader = await connection.runAndReadAll(queries[query])
for (const row of reader.getRows()) process.stdout.write(`${row.join('\t')}\n`)
