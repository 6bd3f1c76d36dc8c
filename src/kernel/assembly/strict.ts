/**
 * Decides whether a line is one JSON object, on masks of 64 bytes: nearly all of the grammar is
 * about which token may follow which, and that is the same few operations for 64 bytes at once.
 * Which token may follow, with V for what begins a value (quote, scalar, opening bracket):
 *
 *   behind a value                , : } ] or the end of the line; `:` only behind a label
 *   else, so behind { [ , :       a V, or behind a bracket its closing one
 *   label                         a string behind none of a value and a colon: behind { [ or ,
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
} from './blocks'
import { CLOSE_BRACE, CR, SPACE, TAB } from './bytes'
import { beginStrings, classify, escapesEnd, lineBreak } from './classify'
import {
  beginContainers,
  isNothingOpen,
  noteRootKeys,
  walkBrackets,
  wrongContainers,
} from './containers'
import { wrongEscapes } from './escapes'
import { forgetKeys, mayBeKeys } from './wanted-keys'
import { endOfLine, overSpace, rippledOver } from './masks'
import { isScalar } from './scalars'

/** The line break of the line that was walked. */
export let lineBreakAt: usize = 0

let wrong: u64 = 0
// What reaches from one step into the next.
let behindScalar: u64 = 0
let behindValue: u64 = 0
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
  behindOpen = 1
  behindColon = 0
  behindLabel = 0
  labelRipple = 0
  beginContainers()
  let at = line + 1
  while (true) {
    const masksEnd = classify(at)
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

/** Finds the tokens, checks what may follow what, and gathers the places for the other loops. */
function gather(at: usize, masksEnd: usize): void {
  let bad = wrong
  let scalarFirst = behindScalar
  let valueFirst = behindValue
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
    const values = stringEnds | closes
    let afterOpen = opens << 1 | openFirst
    let afterColon = colons << 1 | colonFirst
    let afterValue = values << 1 | valueFirst | behindScalars & ~scalarBytes
    openFirst = opens >> 63
    colonFirst = colons >> 63
    valueFirst = values >> 63
    if (space !== 0) {
      if ((controls & outside) !== 0) bad |= <u64> !isSpace(at, controls & outside)
      afterOpen = overSpace(afterOpen, space)
      openFirst |= rippledOver
      afterColon = overSpace(afterColon, space)
      colonFirst |= rippledOver
      afterValue = overSpace(afterValue, space)
      valueFirst |= rippledOver
    }

    // Adding their opening quotes ripples through the labels to their closing ones.
    const labels = strings & ~afterColon
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
    bad |= (strings | scalars | opens) & afterValue
    bad |= (commas | end) & ~afterValue
    bad |= closes & ~(afterValue | afterOpen)
    bad |= colons & ~afterLabel

    const elements = afterLabel & ~colons | (scalars | opens) & ~afterColon
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
