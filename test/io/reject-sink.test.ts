import assert from 'node:assert/strict'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { OutputFile } from '../../src/io/output-file.ts'
import { RejectSink } from '../../src/io/reject-sink.ts'
import type { Reject, RejectContent } from '../../src/records.ts'
import { withFolder } from '../support/folder.ts'

const contents: readonly RejectContent[] = [
  { raw: '{"uid":"\\u00e9 \t \u2028"' },
  { raw: '', bytes: 70 },
  { raw64: '/w==' },
  { raw64: '/w==', bytes: 70 },
  { ts: 1.5, uid: 'a"b' },
  { ts: 1.5, uid64: '/w==' },
]

test('a line of --rejects is what JSON.stringify gives for the reject', async () => {
  const rejects = contents.flatMap((content, line) =>
    ['stdin', 'a "b"'].flatMap((source) =>
      [undefined, ['minute', 'day']].map((windows) => ({
        type: 'reject' as const,
        reason: windows === undefined ? 'malformed' as const : 'expired' as const,
        detail: `"ts" is ${line}`,
        source,
        line,
        ...(windows === undefined ? {} : { windows }),
        content: () => content,
      }))
    )
  )
  await withFolder(async (folder) => {
    const file = join(folder, 'rejects')
    const sink = new RejectSink({
      file: new OutputFile(openSync(file, 'w'), file),
      isStrict: false,
    })
    for (const reject of rejects satisfies readonly Reject[]) sink.add(reject)
    await sink.close()
    const expected = rejects.map(({ type: _, content, ...reject }) => {
      return `${JSON.stringify({ ...reject, ...content() })}\n`
    })
    assert.equal(readFileSync(file, 'utf8'), expected.join(''))
    return Promise.resolve()
  })
})
