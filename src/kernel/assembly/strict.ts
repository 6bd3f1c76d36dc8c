/**
 * Decides whether a line is one JSON object, on masks of 64 bytes: nearly all of the grammar is
 * about which token may follow which, and that is the same few operations for 64 bytes at once.
 * Which token may follow, with V for what begins a value (quote, scalar, opening bracket):
 *
 *   behind { [ , :                a V, or behind a bracket its closing one
 *   behind a value                , : } ] or the end of the line; `:` only behind a label
 *   label                         a string behind { [ or ,
 *   label with a colon            a key: only in an object
 *   label without a colon, and    an element: only in an array
 *   a scalar or bracket behind { [ ,
 *
 * What stands between one bracket and the next lies in the same container, so only the brackets are
 * visited one by one, and the scalars, and the keys of the root. Each of these is a loop of its own
 * over places gathered before: a loop inside the loop over blocks would end at another count in each
 * block, which the processor cannot foresee. Counterpart: walk in ../frame-parser.ts.
 */
import {
  addPlaces,
  BACKSLASHES,
  BEFORE_ROOT,
  BRACKETS,
  bracketsAt,
  CLOSES,
  COLONS,
  COMMAS,
  CONTROLS,
  ELEMENTS,
  ESCAPED,
  escapesAt,
  IN_OBJECT,
  INSIDE,
  LABELS,
  maskBytes,
  masksAt,
  OPENS,
  QUOTES,
  scalarsAt,
  SPACES,
  stepBlocks,
} from './blocks'
import { BACKSLASH, CLOSE_BRACE, COLON, COMMA, CR, LF, QUOTE, SPACE, TAB } from './bytes'
import {
  beginContainers,
  isNothingOpen,
  noteRootKeys,
  walkBrackets,
  wrongContainers,
} from './containers'
import { wrongEscapes } from './escapes'
import { forgetKeys, mayBeKeys } from './keys'
import { bitsOf, bitsUpTo, endOfLine, overSpace, rippledOver } from './masks'
import { isScalar } from './scalars'
import { beginStrings, escapesEnd, findStrings } from './strings'

/** The line break of the line that was walked. */
export let lineBreakAt: usize = 0

let wrong: u64 = 0
let lineBreak: u64 = 0
// What reaches from one step into the next.
let behindScalar: u64 = 0
let behindValue: u64 = 0
let behindOpenOrComma: u64 = 0
let behindOpen: u64 = 0
let behindColon: u64 = 0
let behindLabel: u64 = 0
let labelRipple: u64 = 0
let bracketsEnd: usize = 0
let scalarsEnd: usize = 0

/**
 * Walks the line that begins with `{` at `line` up to its line break. Tells whether it is one JSON
 * object; the keys are noted. A line deeper than 126 is not decided here.
 */
export function walkStrict(line: usize): bool {
  forgetKeys()
  wrong = 0
  beginStrings()
  behindScalar = 0
  behindValue = 0
  behindOpenOrComma = 1
  behindOpen = 1
  behindColon = 0
  behindLabel = 0
  labelRipple = 0
  beginContainers()
  let at = line + 1
  while (true) {
    const masksEnd = classify(at)
    findStrings(masksEnd, lineBreak)
    gather(at, masksEnd)
    if (escapesEnd !== escapesAt) wrong |= wrongEscapes(at, escapesEnd)
    checkScalars()
    walkBrackets(at, bracketsEnd)
    noteRootKeys(at, masksEnd)
    at += (masksEnd - masksAt) / maskBytes * 64
    const isWrong = (wrong | wrongContainers) !== 0
    if (lineBreak !== 0) {
      lineBreakAt = at - 64 + <usize> ctz(lineBreak)
      return !isWrong && isNothingOpen() && endsInBrace()
    }
    if (isWrong) {
      lineBreakAt = endOfLine(at)
      return false
    }
  }
}

/** Writes the masks that need only the bytes, up to the block with the line break. */
function classify(at: usize): usize {
  let masks = masksAt
  lineBreak = 0
  do {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    store<u64>(masks, bitsOf(QUOTE, a, b, c, d), QUOTES)
    store<u64>(masks, bitsOf(BACKSLASH, a, b, c, d), BACKSLASHES)
    store<u64>(masks, bitsOf(COMMA, a, b, c, d), COMMAS)
    store<u64>(masks, bitsOf(COLON, a, b, c, d), COLONS)
    store<u64>(masks, bitsOf(SPACE, a, b, c, d), SPACES)
    // [ and { differ in this bit alone, so do ] and }.
    const bit = i8x16.splat(0x20)
    const a2 = v128.or(a, bit)
    const b2 = v128.or(b, bit)
    const c2 = v128.or(c, bit)
    const d2 = v128.or(d, bit)
    store<u64>(masks, bitsOf(0x7b, a2, b2, c2, d2), OPENS)
    store<u64>(masks, bitsOf(0x7d, a2, b2, c2, d2), CLOSES)
    // Control characters are rare, so first it is asked whether there is any.
    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d))
    const isPlain = !v128.any_true(i8x16.le_u(least, i8x16.splat(0x1f)))
    store<u64>(masks, isPlain ? 0 : bitsUpTo(0x1f, a, b, c, d), CONTROLS)
    at += 64
    masks += maskBytes
    if (!isPlain) {
      const breaks = bitsOf(LF, a, b, c, d)
      if (breaks !== 0) {
        lineBreak = breaks & 0 - breaks
        break
      }
    }
  } while (masks < masksAt + stepBlocks * maskBytes)
  return masks
}

/** Finds the tokens, checks what may follow what, and gathers the places for the other loops. */
function gather(at: usize, masksEnd: usize): void {
  let bad = wrong
  let scalarFirst = behindScalar
  let valueFirst = behindValue
  let openOrCommaFirst = behindOpenOrComma
  let openFirst = behindOpen
  let colonFirst = behindColon
  let labelFirst = behindLabel
  let labelCarry = labelRipple
  let nextBracket = bracketsAt
  let nextScalar = scalarsAt

  for (let masks = masksAt; masks < masksEnd; masks += maskBytes, at += 64) {
    const end: u64 = masks + maskBytes === masksEnd ? lineBreak : 0
    const ours = end - 1 // what is of this line
    const quotes = load<u64>(masks, QUOTES)
    const inside = load<u64>(masks, INSIDE)
    const controls = load<u64>(masks, CONTROLS)
    bad |= controls & inside & ours

    const outside = ~(inside | quotes) & ours
    const commas = load<u64>(masks, COMMAS) & outside
    const colons = load<u64>(masks, COLONS) & outside
    const opens = load<u64>(masks, OPENS) & outside
    const closes = load<u64>(masks, CLOSES) & outside
    const space = (load<u64>(masks, SPACES) | controls) & outside
    const strings = quotes & inside
    const stringEnds = quotes & ~inside
    const scalarBytes = outside & ~(commas | colons | opens | closes | space)
    const behindScalars = scalarBytes << 1 | scalarFirst
    const scalars = scalarBytes & ~behindScalars
    scalarFirst = scalarBytes >> 63

    // Each mask "after…" has the first byte behind such a token that is no white space.
    const opensOrCommas = opens | commas
    const values = stringEnds | closes
    let afterOpenOrComma = opensOrCommas << 1 | openOrCommaFirst
    let afterOpen = opens << 1 | openFirst
    let afterColon = colons << 1 | colonFirst
    let afterValue = values << 1 | valueFirst | behindScalars & ~scalarBytes
    openOrCommaFirst = opensOrCommas >> 63
    openFirst = opens >> 63
    colonFirst = colons >> 63
    valueFirst = values >> 63
    if (space !== 0) {
      if ((controls & outside) !== 0) bad |= <u64> !isSpace(at, controls & outside)
      afterOpenOrComma = overSpace(afterOpenOrComma, space)
      openOrCommaFirst |= rippledOver
      afterOpen = overSpace(afterOpen, space)
      openFirst |= rippledOver
      afterColon = overSpace(afterColon, space)
      colonFirst |= rippledOver
      afterValue = overSpace(afterValue, space)
      valueFirst |= rippledOver
    }

    // Adding their opening quotes ripples through the labels to their closing ones.
    const labels = strings & afterOpenOrComma
    const sum = inside + labels
    const rippled = sum + labelCarry
    labelCarry = <u64> (sum < inside) | <u64> (rippled < sum)
    const labelEnds = rippled & stringEnds
    let afterLabel = labelEnds << 1 | labelFirst
    labelFirst = labelEnds >> 63
    if (space !== 0) {
      afterLabel = overSpace(afterLabel, space)
      labelFirst |= rippledOver
    }

    const brackets = opens | closes
    bad |= (strings | scalars | opens) & ~(afterOpenOrComma | afterColon)
    bad |= (commas | end) & ~afterValue
    bad |= closes & ~(afterValue | afterOpen)
    bad |= colons & ~afterLabel

    const elements = afterLabel & ~colons | (scalars | opens) & afterOpenOrComma
    store<u64>(masks, mayBeKeys(labels, stringEnds, load<u64>(masks, ESCAPED)), LABELS)
    store<u64>(masks, brackets, BRACKETS)
    store<u64>(masks, elements, ELEMENTS)
    store<u64>(masks, colons, COLONS)
    store<u64>(masks, 0, IN_OBJECT)
    store<u64>(masks, 0, BEFORE_ROOT)
    nextBracket = addPlaces(nextBracket, at, brackets)
    nextScalar = addPlaces(nextScalar, at, scalars)
  }

  wrong = bad
  behindScalar = scalarFirst
  behindValue = valueFirst
  behindOpenOrComma = openOrCommaFirst
  behindOpen = openFirst
  behindColon = colonFirst
  behindLabel = labelFirst
  labelRipple = labelCarry
  bracketsEnd = nextBracket
  scalarsEnd = nextScalar
}

/** Whether the control characters of a block are such as white space has. */
function isSpace(at: usize, controls: u64): bool {
  for (; controls !== 0; controls &= controls - 1) {
    const byte = load<u8>(at + <usize> ctz(controls))
    if (byte !== TAB && byte !== CR) return false
  }
  return true
}

function checkScalars(): void {
  let areAll = true
  for (let next = scalarsAt; next < scalarsEnd; next += 4) {
    areAll = isScalar(<usize> load<u32>(next)) && areAll
  }
  wrong |= <u64> !areAll
}

/** Whether the last token of the line is `}`; no string and no scalar ends in it. */
function endsInBrace(): bool {
  let at = lineBreakAt - 1
  while (load<u8>(at) === SPACE || load<u8>(at) === TAB || load<u8>(at) === CR) at--
  return load<u8>(at) === CLOSE_BRACE
}
