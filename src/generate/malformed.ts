/**
 * Lines that are no frames, for a reader to refuse: one entry per kind. Most begin as a frame, so
 * that nothing but the one fault gives them away.
 */
import type { Line, WriteBody } from './body.ts'
import { encoded, fixedMember, type Member, put } from './counted-members.ts'
import { below, pick, type Random } from './random.ts'

/** What a kind may work with: the line to write, and the two members of a good frame. */
export interface Draft {
  readonly line: Line
  readonly uid: Member
  readonly ts: Member
  readonly body: WriteBody
  readonly random: Random
}

const nothing: Member = { bytes: new Uint8Array(0), length: 0 }
const badUids = ['null', 'true', '{"uid":"x"}', '["x"]'].map((uid) => fixedMember(`"uid":${uid}`))
const emptyUid = fixedMember('"uid":""')
const objectTs = ['{"ts":1468244384}', '[1468244384]', '{}'].map((ts) => fixedMember(`"ts":${ts}`))
const hugeTs = ['1e999', '"1e999"', '-1e999', '253402300800', '-1'].map((ts) =>
  fixedMember(`"ts":${ts}`)
)
const noNumberTs = ['null', 'true', '"soon"', '""', '" 1468244384"', '"0x5783a2a0"', '"Infinity"']
  .map((ts) => fixedMember(`"ts":${ts}`))

const brackets = ['{', '}', '[', ']', '{]', '[}'].map(encoded)
const noFrames = [
  'Saved 1000 frames in 3 s',
  'NaN',
  "{'uid': 'x', 'ts': 1468244384}",
  '{uid:"x",ts:1468244384}',
  '{"uid":"x","ts":01468244384}',
  '{"uid":"x","ts":1468244384.}',
  '{"uid":"\\x41","ts":1468244384}',
  '{"uid":"\\ud8","ts":1468244384}',
  '{"uid":"x","ts":1468244384},{"uid":"y","ts":1468244384}',
  '{"uid":"x","ts":1468244384} // end',
  '"uid"',
  'null',
  '1468244384',
].map(encoded)
// Blank to the eye, or to a trim() that knows more white space than JSON does.
const blankish = ['\u00a0', '\u3000', '\u2028', '\u200b', '\v', '\f', ' \ufeff '].map(encoded)
const controlCharacters = [0x01, 0x08, 0x09, 0x0b, 0x1b, 0x1f]

export const malformedKinds: readonly ((draft: Draft) => void)[] = [
  function truncated({ line, uid, ts, body, random }) {
    body(line, uid, ts)
    line.end = line.start + 1 + below(random, line.end - line.start - 1)
  },
  function binary({ line, random }) {
    line.end = line.start + 2 + below(random, 200)
    for (let i = line.start; i < line.end; i++) {
      const byte = below(random, 256)
      line.bytes[i] = byte === 0x0a || byte === 0x0d ? 0x80 : byte
    }
    line.bytes[line.start] = 0xff
  },
  function nulCharacter({ line, uid, ts, body, random }) {
    body(line, uid, ts)
    line.bytes[line.start + below(random, line.end - line.start)] = 0
  },
  ({ line, random }) => replace(line, pick(random, brackets)),
  ({ line, random }) => replace(line, pick(random, noFrames)),
  ({ line, random }) => replace(line, pick(random, blankish)),
  ({ line, ts, body }) => body(line, nothing, ts),
  ({ line, uid, body }) => body(line, uid, nothing),
  ({ line, ts, body, random }) => body(line, pick(random, badUids), ts),
  ({ line, ts, body }) => body(line, emptyUid, ts),
  ({ line, uid, body, random }) => body(line, uid, pick(random, objectTs)),
  ({ line, uid, body, random }) => body(line, uid, pick(random, hugeTs)),
  ({ line, uid, body, random }) => body(line, uid, pick(random, noNumberTs)),
  function arrayInArray({ line, uid, ts, body }) {
    body(line, uid, ts)
    line.bytes.copyWithin(line.start + 2, line.start, line.end)
    line.bytes.fill(0x5b, line.start, line.start + 2)
    line.bytes.fill(0x5d, line.end + 2, line.end + 4)
    line.end += 4
  },
  function rawControlCharacter({ line, uid, ts, body, random }) {
    body(line, uid, ts)
    replaceBrace(line, ',"kettle":"on\0off"}')
    line.bytes[line.end - 6] = pick(random, controlCharacters)
  },
  function trailingComma({ line, uid, ts, body }) {
    body(line, uid, ts)
    replaceBrace(line, ',}')
  },
]

function replace(line: Line, text: Uint8Array): void {
  line.end = put(line.bytes, line.start, text)
}

/** Puts `text` where the frame's last brace is. */
function replaceBrace(line: Line, text: string): void {
  line.end = put(line.bytes, line.end - 1, encoded(text))
}
