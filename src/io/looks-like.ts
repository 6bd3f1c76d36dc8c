/** What an input that holds no frame looks like, by its first refused line. */
import type { RejectContent } from '../records.ts'

/** Formats that begin with bytes of their own. */
const magics: Readonly<Record<string, string>> = {
  'PK\u0003\u0004': 'a zip archive; unpack it first',
  'BZh': 'bzip2 data; pipe it through bzip2 -dc',
  '\u00fd7zXZ': 'xz data; pipe it through xz -dc',
  '\u0004"M\u0018': 'lz4 data; pipe it through lz4 -dc',
  'PAR1': 'a Parquet file',
  'Obj\u0001': 'an Avro file',
  '\u0089PNG': 'a picture',
  '\u00ff\u00d8\u00ff': 'a picture',
  '%PDF': 'a PDF',
  '\u00ff\u00fe': 'UTF-16 text; convert it with iconv -t UTF-8',
  '\u00fe\u00ff': 'UTF-16 text; convert it with iconv -t UTF-8',
}

const shapes: readonly { readonly shape: RegExp; readonly name: string }[] = [
  { shape: /[^\P{Cc}\s]/u, name: 'binary data' },
  {
    shape: /^\s*\{.*\}\s*$/,
    name: 'JSON objects of another kind; see --uid-key, --ts-key, --ts-unit',
  },
  { shape: /^\s*\[/, name: 'a JSON array; split it with jq -c ".[]"' },
  { shape: /^\s*\{/, name: 'JSON over several lines; make it one line each with jq -c .' },
  { shape: /^\s*<[!?a-z]/i, name: 'HTML or XML' },
  { shape: /\t/, name: 'tab-separated values' },
  { shape: /,/, name: 'CSV' },
]

/** In words, with what to do where that is known: `CSV`. */
export function looksLike(content: RejectContent): string {
  if ('bytes' in content) return 'one endless line'
  const text = 'raw' in content ? content.raw : 'raw64' in content ? atob(content.raw64) : ''
  for (const [magic, name] of Object.entries(magics)) {
    if (text.startsWith(magic)) return name
  }
  return shapes.find(({ shape }) => shape.test(text))?.name ?? 'plain text'
}
