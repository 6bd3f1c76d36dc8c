import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looksLike } from '../../src/io/looks-like.ts'
import { rawContent } from '../../src/ndjson/raw.ts'

/** As the first refused line of such an input comes: bytes, perhaps not UTF-8. */
function look(line: string | readonly number[], lineBytes?: number): string {
  const bytes = typeof line === 'string' ? new TextEncoder().encode(line) : Uint8Array.from(line)
  return looksLike(rawContent(bytes, 0, bytes.length, lineBytes))
}

for (
  const [line, expected] of [
    ['id,ts,uid', 'CSV'],
    ['id\tts\tuid', 'tab-separated values'],
    ['<!doctype html>', 'HTML or XML'],
    ['<?xml version="1.0"?>', 'HTML or XML'],
    ['{', 'JSON that is cut short'],
    ['{"user":"a","time":1}', 'JSON objects of another kind'],
    ['Saved 1000 frames in 3 s', 'plain text'],
    ['a\u0000b', 'binary data'],
    [[0x80, 0x00, 0xff], 'binary data'],
    ['PK\u0003\u0004\u0014', 'a zip archive; read it by unzip -p FILE'],
    [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz data; pipe it through xz -dc'],
    ['BZh91AY', 'bzip2 data; pipe it through bzip2 -dc'],
    [[0x04, 0x22, 0x4d, 0x18, 0x64], 'lz4 data; pipe it through lz4 -dc'],
    ['PAR1\u0015', 'a Parquet file'],
    [[0x89, 0x50, 0x4e, 0x47, 0x0d], 'a picture'],
    [[0xff, 0xd8, 0xff, 0xe0], 'a picture'],
    [[0xff, 0xfe, 0x7b, 0x00], 'UTF-16 text; convert it with iconv -t UTF-8'],
    [[0xfe, 0xff, 0x00, 0x7b], 'UTF-16 text; convert it with iconv -t UTF-8'],
  ] as const
) {
  test(`${JSON.stringify(line)} looks like ${expected}`, () => {
    assert.equal(look(line), expected)
  })
}

test('a line too long to be kept looks like one endless line', () => {
  assert.equal(look('{"uid":"a","x":"', 20_000_000), 'one endless line')
})
