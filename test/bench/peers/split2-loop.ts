/**
 * The plain way in Node, for comparison: split2, JSON.parse and a Set per minute, from standard
 * input. It knows no lateness, no wrong clocks, no broken lines.
 */
import process from 'node:process'
import split2 from 'split2'

const users = new Map<number, Set<string>>()
for await (const line of process.stdin.pipe(split2())) {
  const { ts, uid } = JSON.parse(line) as { ts: number | string; uid: string }
  const minute = Math.floor(Number(ts) / 60) * 60
  let set = users.get(minute)
  if (set === undefined) users.set(minute, set = new Set())
  set.add(uid)
}
for (const [minute, set] of users) process.stdout.write(`${minute} ${set.size}\n`)
