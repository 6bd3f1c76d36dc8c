/** Result lines that are discarded before they were written, by a process with a real output. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { test } from 'node:test'

const sink = new URL('../../src/io/result-sink.js', import.meta.url).href

/** What a process prints that does `work` to a sink of that format. */
function printed(format: string, work: string): string {
  const script = `
    const { ResultSink } = await import('${sink}')
    const sink = new ResultSink('${format}')
    const line = (users) => {
      return { window: 'minute', start: 60 * users, end: 60 * users + 60, time: 'T', users, low: 1,
        high: 1, method: 'exact', error: 0, frames: 1, pane: 'on-time', revision: 0 }
    }
    ${work}
    await sink.end()`
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
}

const isTold = (text: string, users: number) => text.includes(`T${users}`)
const marked = (work: string) =>
  work.replaceAll(/write\((\d)\)/g, "write({ ...line($1), time: 'T$1' })")

for (const format of ['json', 'tsv', 'table']) {
  test(`${format}: what is discarded is not written, and the head is written once`, () => {
    const work = (discards: string) => {
      return printed(
        format,
        marked(`sink.write(1); ${discards}; sink.write(2); await sink.flush()`),
      )
    }
    const before = work('sink.write(3); sink.discard()')
    assert.deepEqual([1, 2, 3].map((users) => isTold(before, users)), [false, true, false])
    assert.equal(before, printed(format, marked('sink.write(2)')))
    const between = work('await sink.flush(); sink.write(3); sink.discard()')
    assert.equal(between, printed(format, marked('sink.write(1); sink.write(2)')))
  })
}

test('where it may not be written, nothing is, and it can be discarded', () => {
  const refuse = "() => Promise.reject(new Error('lost'))"
  const work = `sink.write(1); await sink.flush(${refuse}).catch(() => {}); sink.discard()`
  assert.equal(printed('json', marked(work)), '')
})
