import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { nameOf, pathOf, shownName } from '../../src/io/file-name.ts'
import { withFolder } from '../support/folder.ts'
import { seed, seedHint } from '../support/seed.ts'
import { shell } from '../support/shell.ts'

/** Pieces of UTF-8, and what looks like it: overlong, a surrogate, too high, cut short. */
const pieces = [
  ['a'],
  [...Buffer.from('Жé日🙂\ufffd')],
  [0xe9],
  [0xc0, 0xaf],
  [0xed, 0xb3, 0xa9],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
].map((bytes) => Buffer.from(bytes as number[]))

test('a name keeps all bytes of its argument, and says them without a surrogate', () => {
  const bytes = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.uint8Array().map(Buffer.from)))
    .map((parts) => Buffer.concat(parts))
  try {
    fc.assert(
      fc.property(bytes, (bytes) => {
        const path = pathOf(nameOf(bytes))
        assert.deepEqual(Buffer.from(path), bytes)
        assert.equal(typeof path === 'string', Buffer.from(bytes.toString()).equals(bytes))
        assert.doesNotMatch(shownName(nameOf(bytes)), /\p{Cs}/u)
      }),
      { seed, numRuns: 2000 },
    )
  } catch (error) {
    throw new Error(seedHint, { cause: error })
  }
})

// e and 8 decode to the same text; both names hold an emoji, whose halves are no escaped bytes.
const setUp = `
E=$'caf\\xe9🙂.jsonl' F=$'caf\\xe8🙂.jsonl' G=$'caf\\xe9.gz'
echo '{"ts":1468244340,"uid":"a"}' > "$E"; echo '{"ts":' >> "$E"
echo '{"ts":1468244341,"uid":"b"}' > "$F"
gzip -c "$E" > "$G"
`
const skip = process.platform === 'linux' ? false : 'the bytes of arguments are told on Linux'

describe('a file whose name is not UTF-8 opens', { skip }, () => {
  const run = async (script: string, use: (folder: string) => void = () => {}) => {
    return await withFolder(async (cwd) => {
      const result = await shell(`${setUp} ${script}`, { cwd })
      use(cwd)
      return result
    })
  }

  for (const flags of ['', '--parser json', '--parser lazy', '--threads 2', '--interleave']) {
    test(`as input of uc-pipeline ${flags}`, async () => {
      const { stdout, stderr, status } = await run(`uc-pipeline ${flags} "$E" "$F" "$G" --stats s`)
      assert.match(stdout, /"users":2,.*"frames":3/)
      assert.match(stderr, /2 of 5 lines malformed, the first at caf\\xe9🙂\.jsonl:2: /)
      assert.equal(status, 0)
    })
  }

  test('as output, beside an input of nearly the same name', async () => {
    const script = `uc-pipeline "$E" --rejects "$F" --stats $'s\\xff'; mv "$F" r; mv $'s\\xff' s`
    await run(script, (folder) => {
      const reject = JSON.parse(readFileSync(join(folder, 'r'), 'utf8'))
      assert.equal(reject.source, 'caf\\xe9🙂.jsonl')
      assert.equal(JSON.parse(readFileSync(join(folder, 's'), 'utf8')).lines, 2)
    })
  })

  test('in a pipe of commands, behind uc and in uc-merge', async () => {
    const { stdout, stderr } = await run(
      'uc extract "$E" "$F" | uc-window | uc-count --sketch > "$E".r; uc-merge "$E".r "$F"',
    )
    assert.match(stdout, /"users":2/)
    assert.match(stderr, /the first at caf\\xe8🙂\.jsonl:1: /)
  })

  test('and one that is not there is named by its bytes', async () => {
    const { stderr } = await run(`uc-pipeline $'no\\xe9'; uc-pipeline --rejects $'\\xe9/r' "$E"`)
    assert.match(stderr, /^uc-pipeline: no\\xe9: no such file or folder$/m)
    assert.match(stderr, /^uc-pipeline: --rejects "\\xe9\/r": no such file or folder$/m)
  })
})

test('where bytes of a name are lost, the error says how else the file is read', async () => {
  const { stderr } = await shell(`uc-pipeline 'caf\ufffd.jsonl'`)
  assert.match(stderr, /caf\ufffd\.jsonl: no such file or folder; a file whose .* by < FILE$/m)
})

test('an option that names no file refuses bytes that are not UTF-8', { skip }, async () => {
  const { stderr, status } = await shell(`uc-pipeline --shard $'caf\\xe9' < /dev/null`)
  assert.match(stderr, /^uc-pipeline: --shard "caf\\udce9": expected text in UTF-8$/m)
  assert.equal(status, 2)
})
