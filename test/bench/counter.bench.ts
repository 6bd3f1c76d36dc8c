/**
 * What does a window's counter cost: memory per user, and the speed of what is done with it?
 *
 *   npm run bench -- counter              5 runs each; 1 GB of memory
 *   npm run bench -- counter 3 1000000    runs, users at most
 *
 * One process, one thread, fingerprints that are there already (a hash takes about 0.1 µs in plain
 * TypeScript, 0.01 µs in WebAssembly). Before the clock runs the answers are checked. CPU time,
 * medians; compare the ratios of a table.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { ExactSet } from '../../src/counter/exact.ts'
import { imageOf } from '../../src/counter/image.ts'
import { readImage } from '../../src/counter/read-image.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { base64 } from '../../src/ndjson/base64.ts'
import { median } from './measure.ts'

const runs = Number(process.argv[2] ?? 5)
const most = Number(process.argv[3] ?? 10_000_000)
const precision = 14
const fingerprints = new Uint32Array(2 * most)
const random = xoroshiro128plus(1)
for (let i = 0; i < fingerprints.length; i++) fingerprints[i] = random.next()

/** Adds users `from` up to but not including `to`. */
function add<Counter extends { add(hi: number, lo: number): unknown }>(
  counter: Counter,
  from: number,
  to: number,
): Counter {
  for (let i = 2 * from; i < 2 * to; i += 2) counter.add(fingerprints[i]!, fingerprints[i + 1]!)
  return counter
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that what `make` gives keeps alive. */
async function bytesOf(make: () => unknown): Promise<number> {
  const used = async () => {
    for (let round = 0; round < 3; round++) { // buffers go some time after the objects that held them
      collect()
      await sleep(50)
    }
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    return arrayBuffers + heapUsed
  }
  const before = await used()
  const kept = make()
  const bytes = await used() - before
  assert.ok(kept !== undefined)
  return bytes
}

function seconds(run: () => void): number {
  const began = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1e6
}

/** Nanoseconds per `pieces`, which one run of `prepare`'s result does. */
function nanoseconds(pieces: number, prepare: () => () => void): number {
  const samples: number[] = []
  for (let run = 0; run <= runs; run++) {
    const timed = seconds(prepare())
    if (run > 0) samples.push(timed) // the first one warms up
  }
  return median(samples) / pieces * 1e9
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

const exactly = { method: 'exact', exactLimit: 0, precision } as const
const sizes = [100_000, 1_000_000, 10_000_000].filter((users) => users <= most)

print(['users in a window', 'exact, bytes a user', 'Set of strings, bytes a user'])
process.stdout.write('|---|---|---|\n')
for (const users of sizes) {
  assert.equal(add(uniqueCounter(exactly), 0, users).estimate().users, users)
  const windows = Math.ceil(2_000_000 / users) // so that the heap's own ups and downs are little
  const perUser = async (make: () => unknown) => {
    const bytes = await bytesOf(() => Array.from({ length: windows }, make))
    return (bytes / windows / users).toFixed(1)
  }
  const exact = await perUser(() => add(uniqueCounter(exactly), 0, users))
  const strings = users > 1_000_000 ? '' : await perUser(() => {
    return new Set(Array.from({ length: users }, (_, i) => `${fingerprints[i]}-${i}`))
  })
  print([whole(users), exact, strings])
}
for (const users of [100, 1500, 100_000]) {
  const windows = users > 10_000 ? 500 : 5000
  const bytes = await bytesOf(() => {
    return Array.from({ length: windows }, () => {
      return add(uniqueCounter({ ...exactly, method: 'hll' }), 0, users)
    })
  })
  process.stdout.write(`\nsketch of ${whole(users)}: ${whole(bytes / windows)} bytes in all\n`)
}

/** What takes microseconds is done so often that the clock can tell. */
const times = 2000

process.stdout.write('\n')
print(['what', 'ns', 'per'])
process.stdout.write('|---|---|---|\n')
for (const users of sizes) {
  const ns = nanoseconds(users, () => () => void add(new ExactSet(), 0, users))
  print([`add to an exact set of ${whole(users)}, all new`, whole(ns), 'user'])
}
for (const users of sizes) {
  const set = add(new ExactSet(), 0, users)
  const ns = nanoseconds(users, () => () => void add(set, 0, users))
  print([`add to an exact set of ${whole(users)}, all known`, whole(ns), 'user'])
}
for (const [name, users] of [['coupons', 1500], ['registers', 100_000]] as const) {
  const sketch = add(new Sketch(precision), 0, users)
  const ns = nanoseconds(users * times, () => () => {
    for (let i = 0; i < times; i++) add(sketch, 0, users)
  })
  print([`add to a sketch, ${name}`, whole(ns), 'user'])
}
const half = Math.min(most, 1_000_000) / 2
const merging = nanoseconds(half, () => {
  const mine = uniqueCounter(exactly)
  add(mine, 0, half)
  const theirs = add(new ExactSet(), half / 2, half + half / 2)
  return () => mine.merge(theirs)
})
print([`merge an exact set of ${whole(half)}, half of them known`, whole(merging), 'user'])
for (const users of [100, 1500, 100_000]) {
  const theirs = add(new Sketch(precision), 0, users)
  const image = imageOf(theirs)
  const read = readImage(image)
  assert.ok(typeof read !== 'string')
  assert.deepEqual(read.estimate(), theirs.estimate())
  const name = `a sketch of ${whole(users)}, ${whole(image.length)} bytes`
  const ns = (work: () => void) => {
    return nanoseconds(times, () => () => {
      for (let i = 0; i < times; i++) work()
    })
  }
  const mine = add(new Sketch(precision), 0, users / 2)
  print([`merge ${name}`, whole(ns(() => mine.merge(theirs))), 'sketch'])
  print([`estimate ${name}`, whole(ns(() => void theirs.estimate())), 'sketch'])
  print([`encode ${name}`, whole(ns(() => void imageOf(theirs))), 'sketch'])
  print([`encode and base64, ${name}`, whole(ns(() => void base64(imageOf(theirs)))), 'sketch'])
  print([`decode ${name}`, whole(ns(() => void readImage(image))), 'sketch'])
}
