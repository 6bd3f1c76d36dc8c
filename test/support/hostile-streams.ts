/**
 * Small inputs in which a cut at the wrong place could show: line breaks, marks, characters of many
 * bytes, lines around the limit, control lines. `maxLineBytes` is small, so that some are too long.
 */

export interface HostileStream {
  readonly name: string
  readonly bytes: Uint8Array
  readonly maxLineBytes: number
}

const encoder = new TextEncoder()
const kib64 = 64 * 1024

function stream(name: string, text: string, maxLineBytes: number = kib64): HostileStream {
  return { name, bytes: encoder.encode(text), maxLineBytes }
}

/** A frame of just so many bytes. */
function frameOf(bytes: number): string {
  const frame = '{"ts":1468244384,"uid":"a","x":""}'
  return frame.replace('"x":"', `"x":"${'.'.repeat(bytes - frame.length)}`)
}

const a = '{"ts":1468244384,"uid":"a"}'
const b = '{"uid":"\\u0062é🧭","ts":"1468244385.25"}'
const header = '{"uc":{"version":1,"from":"extract"}}'
const end = '{"uc":{"end":{"lines":4,"malformed":1,"frames":3}}}'
const lengths = [39, 40, 41, 42, 43, 80]

/** Streams of frames, for uc-extract and uc-window. */
export const frameStreams: readonly HostileStream[] = [
  stream('lines in LF', `${a}\n${b}\n${a}\n`),
  stream('lines in CRLF', `${a}\r\n${b}\r\n\r\n${a}\r\n`),
  stream('a CR in the line and at its end', `\r${a}\r\r\n${a}\r`),
  stream('last line without a line break', `${a}\n${b}`),
  stream('blank lines', `\n\n \t\n\r\n${a}\n\n${b}\n \n`),
  stream('nothing but blanks', ' \r\n\t'),
  stream('a byte order mark', `\ufeff${a}\n\ufeff${a}\n${a}\n`),
  stream('a byte order mark alone', `\ufeff\n${a}\n`),
  stream(
    'byte order marks at many lines',
    `\ufeff\ufeff${a}\n\ufeff\r\n\ufeff${b}\n \ufeff${a}\n\ufeff`,
  ),
  stream('a headed stream with marks', `\ufeff${header}\n\ufeff${a}\n${b}\n{\n\ufeff${end}\n`),
  {
    name: 'users in Latin-1',
    bytes: latin1('{"uid":"M\xfcller","ts":1}\n{"ts":2,"uid":"M\xf6ll\\u0065r"}\n\xff\n'),
    maxLineBytes: kib64,
  },
  stream('a refused line behind a byte order mark', `\ufeffé{\n${a}\n`),
  stream('refused lines of many-byte characters', `"é🧭"\n${a}\n{"é🧭\u2028":\n${b}\n`),
  { name: 'invalid UTF-8', bytes: invalidUtf8(), maxLineBytes: kib64 },
  stream('lines around the limit, LF', lengths.map((n) => `${frameOf(n)}\n`).join(''), 41),
  stream('lines around the limit, CRLF', lengths.map((n) => `${frameOf(n)}\r\n`).join(''), 41),
  stream('lines of CR around the limit', '\r'.repeat(5) + '\n' + '\r'.repeat(9) + '\n' + a, 5),
  stream('blanks beyond the limit', `${' '.repeat(60)}\n${a}\n${' '.repeat(60)}`, 41),
  stream('last line too long, without a line break', `${a}\n${frameOf(80)}`, 41),
  stream('first line too long, behind a mark', `\ufeff${frameOf(80)}\n${a}\n`, 41),
  stream('first line too long by its mark', `\ufeff${frameOf(40)}\n${a}\n`, 41),
  stream('a long line of many-byte characters', `"${'é🧭'.repeat(20)}"\r\n${a}\n`, 41),
  stream('a line of which only the beginning is kept', `${frameOf(1500)}\n${a}\n`, 1200),
  stream('a headed stream', `${header}\n${a}\n${b}\n{\n${end}\n`),
  stream('a headed stream in CRLF', `${header}\r\n${a}\r\n{"uc":{}}\r\n${end}\r\n\r\n`),
  stream(
    'marks and watermarks',
    [
      header,
      '{"uc":{"source":3,"name":"é.jsonl"}}',
      a,
      '{"uc":{"watermark":1468244379.5,"source":3}}',
      b,
      '{"uc":{"source":0,"name":"b"}}',
      a,
      end,
    ].join('\n'),
  ),
  stream(
    'a mark that numbers the lines behind it',
    [header, a, '{"uc":{"source":1,"name":"frames[1]","line":1206}}', '{', a, '', a, end].join(
      '\n',
    ),
  ),
  stream('lines behind the end line', `${header}\n${a}\n${end}\n${a}\n${b}\n`),
  stream(
    'control lines without a header',
    `${a}\n${header}\n${end}\n{"uc":{"source":1,"name":""}}`,
  ),
  stream('a header of a newer version', `{"uc":{"version":2,"from":"extract"}}\n${a}\n`),
  stream('a header that is too long', `${header}\n${a}\n{\n${end}\n`, 30),
]

const w = '{"uid":"a","windows":{"minute":1468244340,"day":1468195200}}'
const escaped = '{"uid":"\\u0062é🧭","windows":{"day":1468195200,"minute":1468244340}}'
const windowHeader = '{"uc":{"version":1,"from":"window","windows":["minute","day"],"tz":"UTC"}}'

/** Streams of windowed frames by minute and day, for uc-count. */
export const windowedStreams: readonly HostileStream[] = [
  stream('lines in LF', `${w}\n${escaped}\n${w}\n`),
  stream('lines in CRLF', `${w}\r\n${escaped}\r\n\r\n${w}`),
  stream('refused lines', `${w}\n{\n"é🧭"\n${w.replace('340', '341')}\n${escaped}\n`),
  stream('lines around the limit', `${w}\n${escaped}\n${w} \n${w}  \r\n${w}\r\n${w}`, w.length),
  stream('byte order marks', `\ufeff${w}\n\ufeff\n\ufeff\ufeff${escaped}\n\ufeff{\n\ufeff${w}`),
  {
    name: 'users in Latin-1',
    bytes: latin1(
      ['M\xfcller', 'M\\u0075\xf6ller', '\xff'].map((uid) => {
        return `${w.replace('a', uid)}\n`
      }).join(''),
    ),
    maxLineBytes: kib64,
  },
  stream(
    'a headed stream',
    [
      windowHeader,
      w,
      '{"uc":{"source":1,"name":"b"}}',
      escaped,
      '{"uc":{"watermark":1468244379,"source":1}}',
      w.replace('}}', '},"expired":["minute"]}'),
      end,
    ].join('\r\n'),
  ),
  stream('lines behind the end line', `${windowHeader}\n${w}\n${end}\n\n${w}\n`),
]

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function invalidUtf8(): Uint8Array {
  const bytes = encoder.encode(`{"uid":"a??b","ts":1}\n"??"\n{"uid":"??","ts":"2"}\n??\n${a}\n`)
  const hostile = [0xe2, 0x82, 0xff, 0xc3, 0xed, 0xa0, 0xf0, 0x9f]
  let next = 0
  return bytes.map((byte) => byte === 0x3f ? hostile[next++]! : byte)
}
