/**
 * Random lines that are objects of JSON, or nearly: the two keys asked for anywhere, repeated,
 * escaped, as decoys at other depths, with good and odd values; white space wherever it may stand.
 * Made for speed, so on pure-rand and not on fast-check.
 */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'

export interface WantedKeys {
  /** Dotted for nested ones. */
  readonly uidKey: string
  readonly tsKey: string
  /** Other places where they are looked for, from the root down; a number may be an element. */
  readonly others?: readonly { readonly path: readonly string[]; readonly isTime: boolean }[]
}

const oddKeys = ['', 'uid ', ' uid', 'UID', 'ui', 'uidd', 'uid\0', 'ts\\', 'tѕ', '__proto__', 'a.b']
const plainKeys = [
  'a',
  'b',
  'key',
  'облако',
  '🧭',
  'user',
  'id',
  'meta',
  'uid',
  'ts',
  'constructor',
]
/** A character of these stands for the byte of its lower eight bits, unless it is escaped. */
export const rawBytes: readonly [first: number, last: number] = [0xf780, 0xf7ff]
/** Latin-1, and what UTF-8 forbids: too short, too long, surrogates, behind U+10FFFF. */
const rawUids = [
  'M\uf7fcller',
  'M\uf7f6ller',
  'M\uf7e4ller',
  '\uf7ff',
  '\uf780',
  '\uf7c3\uf7a9',
  '\uf7c3',
  'a\uf7c3"',
  '\\\uf7fc',
  '\uf7c0\uf7af',
  '\uf7e0\uf780\uf7af',
  '\uf7e2\uf782',
  '\uf7ed\uf7a0\uf780',
  '\uf7ed\uf7a0\uf7bdé',
  '\uf7f0\uf79f\uf7a7',
  '\uf7f4\uf790\uf780\uf780',
  '\uf7ef\uf7bb\uf7bf',
  '\uf7ef\uf7bb',
  '\ud83e\uf7fc',
  '\u00e9\uf7e9',
]
const uids = [
  'a',
  'b',
  '7',
  'x y',
  '',
  'ключ',
  '🧭',
  '\ud83e',
  '\udded',
  'a"b',
  '\\',
  '\u2028',
  'ab\0',
  'é',
  '\ufffd',
  '\ufeff',
  ...rawUids,
]
const times = [
  '1468244384',
  '1468244384.5',
  '1468244399.9999999999',
  '253402300799.999',
  '253402300800',
  '253402300799.9999999999',
  '0',
  '-0',
  '-0.0',
  '-1e-400',
  '-1',
  '1e9',
  '1E+9',
  '146824438.4e1',
  '14682443840e-1',
  '0.0000001e16',
  '1e999',
  '1e-999',
  '1e99999999999999999999',
  '0e99999999999999999999',
  '1468244384000',
  '99999999999',
  '100000000000',
  '0.0009',
  '1.0005',
]
const numbers = ['0', '-0', '1', '1.0', '1e2', '-7', '12345678901234567890', '9007199254740991']
  .concat(['9007199254740993', '0.1', '1e400', '-1e-7', '1E1', '10'])
const noJson = [
  '01',
  '+1',
  '.5',
  '1.',
  '-',
  'NaN',
  'nul',
  'True',
  "'a'",
  '"\\x41"',
  '"\\ud8"',
  '1e',
]
  .concat([
    '"\\u12g4"',
    '"\\v"',
    '"\\a"',
    `"\\'"`,
    '"\\U0041"',
    '"\\\u0000"',
    '/**/1',
    '"\t"',
    '"\u0000"',
    '{a:1}',
    '[1,]',
    '{"a":1,}',
    '{,}',
    '1 2',
    '',
  ])
const spaces = [' ', '\t', '\r', '  ', ' \t\r ']

/** One line, without its line break. */
export function randomLine(random: Random, keys: WantedKeys): string {
  if (below(random, 50) === 0) {
    return pick(random, [' ', '', '\t\r', '\u00a0', ...noJson, ...numbers])
  }
  if (below(random, 50) === 0) return value(random, keys, 3)
  const isFlawed = below(random, 8) === 0
  const root = object(random, keys, 4, isFlawed)
  return space(random) + root + space(random)
}

function object(random: Random, keys: WantedKeys, depth: number, isFlawed: boolean): string {
  const members: string[] = []
  const isRoot = depth === 4
  for (let i = below(random, isRoot ? 7 : 4); i > 0; i--) {
    members.push(member(random, pick(random, plainKeys), value(random, keys, depth - 1)))
  }
  const share = isRoot ? 95 : 25
  if (happens(random, share)) {
    for (const text of bothWanted(random, keys)) insert(random, members, text)
  }
  for (const { path, isTime } of keys.others ?? []) {
    if (!happens(random, isRoot ? 30 : 3)) continue
    const leaf = () => {
      return happens(random, 30)
        ? pick(random, ['null', '""', '{}'])
        : isTime
        ? time(random, keys)
        : uid(random, keys)
    }
    const [first = '', ...rest] = path
    insert(random, members, member(random, first, within(random, rest, leaf)))
  }
  if (happens(random, 8)) insert(random, members, wanted(random, keys, keys.uidKey, uid))
  if (happens(random, 8)) insert(random, members, wanted(random, keys, keys.tsKey, time))
  if (happens(random, 15)) {
    insert(random, members, member(random, pick(random, oddKeys), value(random, keys, depth - 1)))
  }
  if (isFlawed) {
    insert(random, members, `${quoted(random, pick(random, plainKeys))}:${pick(random, noJson)}`)
  }
  return `{${space(random)}${members.join(`${space(random)},${space(random)}`)}${space(random)}}`
}

/** The members for both keys: one, where they lie in the same object of the root. */
function bothWanted(random: Random, keys: WantedKeys): string[] {
  const [uidFirst = '', ...uidRest] = keys.uidKey.split('.')
  const [tsFirst = '', ...tsRest] = keys.tsKey.split('.')
  if (uidRest.length > 0 && tsRest.length > 0 && uidFirst === tsFirst && happens(random, 80)) {
    const inner = bothWanted(random, { uidKey: uidRest.join('.'), tsKey: tsRest.join('.') })
    return [member(random, uidFirst, `{${inner.join(`${space(random)},`)}}`)]
  }
  const both = [wanted(random, keys, keys.uidKey, uid), wanted(random, keys, keys.tsKey, time)]
  return both.filter(() => happens(random, 97))
}

type Value = (random: Random, keys: WantedKeys) => string

/** The value in which a path goes on: objects, or arrays where it may, down to the leaf. */
function within(random: Random, [first, ...rest]: readonly string[], leaf: () => string): string {
  if (first === undefined) return leaf()
  const inner = within(random, rest, leaf)
  if (!/^\d+$/.test(first) || happens(random, 20)) {
    return `{${member(random, 'a', '[{}]')},${member(random, first, inner)}}`
  }
  const elements = Array.from({ length: Number(first) + below(random, 3) }, () => {
    return pick(random, ['1', '[0,[1]]', '{"0":2}', 'null'])
  })
  elements[Number(first)] = inner
  return `[${elements.join(`${space(random)},`)}]`
}

/** The member for a key asked for; where it is dotted, mostly with the objects on the way. */
function wanted(random: Random, keys: WantedKeys, path: string, leaf: Value): string {
  const [first = '', ...rest] = path.split('.')
  if (rest.length === 0) return member(random, first, leaf(random, keys))
  if (happens(random, 10)) return member(random, first, leaf(random, keys))
  const inner = [wanted(random, keys, rest.join('.'), leaf)]
  if (happens(random, 20)) inner.push(member(random, pick(random, plainKeys), '1'))
  if (happens(random, 10)) inner.unshift(wanted(random, keys, rest.join('.'), leaf))
  const nested = `{${inner.join()}}`
  return member(random, first, happens(random, 5) ? `[${nested}]` : nested)
}

function uid(random: Random, keys: WantedKeys): string {
  const kind = below(random, 20)
  if (kind < 12) return quoted(random, `user${below(random, 100)}`)
  if (kind < 15) return quoted(random, pick(random, uids))
  if (kind < 18) return pick(random, numbers)
  return value(random, keys, 1)
}

function time(random: Random, keys: WantedKeys): string {
  const kind = below(random, 20)
  if (kind < 8) return String(1468244384 + below(random, 1000))
  if (kind < 12) return pick(random, times)
  if (kind < 15) return `${below(random, 2000000000)}.${below(random, 100000)}`
  if (kind < 18) return quoted(random, pick(random, times))
  if (kind < 19) {
    return quoted(random, pick(random, ['', ' 1', '1 ', '0x1', '٣', '1_0', 'Infinity']))
  }
  return value(random, keys, 1)
}

function value(random: Random, keys: WantedKeys, depth: number): string {
  const kind = below(random, depth > 0 ? 16 : 11)
  if (kind < 3) return pick(random, numbers)
  if (kind < 6) return pick(random, ['true', 'false', 'null', '{}', '[]', '{ }', '[ ]', '""'])
  if (kind < 11) return quoted(random, pick(random, uids) + pick(random, plainKeys))
  if (kind < 14) return object(random, keys, depth, false)
  if (kind < 15 && happens(random, 10)) return nest(random, below(random, 300))
  const entries: string[] = []
  for (let i = below(random, 4); i > 0; i--) entries.push(value(random, keys, depth - 1))
  return `[${space(random)}${entries.join(`${space(random)},`)}${space(random)}]`
}

function nest(random: Random, depth: number): string {
  const isClosed = !happens(random, 10)
  return '['.repeat(depth) + ']'.repeat(isClosed ? depth : Math.max(0, depth - 1))
}

function member(random: Random, key: string, text: string): string {
  return `${quoted(random, key)}${space(random)}:${space(random)}${text}`
}

function insert(random: Random, members: string[], text: string): void {
  members.splice(below(random, members.length + 1), 0, text)
}

function space(random: Random): string {
  return happens(random, 5) ? pick(random, spaces) : ''
}

/** `text` as a string of JSON; now and then some of it in escapes that it does not need. */
function quoted(random: Random, text: string): string {
  if (!happens(random, 15)) return JSON.stringify(text)
  let inside = ''
  for (const unit of text.split('')) {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0')
    if (unit === '/' && happens(random, 50)) inside += '\\/'
    else if (happens(random, 50)) inside += `\\u${happens(random, 50) ? code.toUpperCase() : code}`
    else inside += isSurrogate(unit) ? `\\u${code}` : JSON.stringify(unit).slice(1, -1)
  }
  return `"${inside}"`
}

function isSurrogate(unit: string): boolean {
  return unit >= '\ud800' && unit <= '\udfff'
}
