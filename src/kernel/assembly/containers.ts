/** The containers of a line, and the keys of the root. */
import {
  addPlaces,
  BEFORE_ROOT,
  BRACKETS,
  bracketsAt,
  COLONS,
  ELEMENTS,
  IN_OBJECT,
  keysAt,
  LABELS,
  maskBytes,
  masksAt,
} from './blocks'
import { noteKey } from './wanted-keys'

/**
 * The stack of open containers, in two numbers: one bit each, 1 for an object, the innermost in the
 * lowest bit, and above them all a bit that ends it.
 *
 *   { " a " : [ {      upper  0    lower  1 1 0 1
 */
let upper: u64 = 0
let lower: u64 = 0
const NOTHING_OPEN: u64 = 1
const ROOT_OPEN: u64 = 3

/** Not 0 where brackets do not match, lie deeper than 126, or hold what they may not. */
export let wrongContainers: u64 = 0

// What reaches from one step into the next.
let elementRipple: u64 = 0
let colonRipple: u64 = 0
let rootBefore: u64 = 0

/** A line begins, behind its first brace. */
export function beginContainers(): void {
  upper = 0
  lower = ROOT_OPEN
  wrongContainers = 0
  elementRipple = 0
  colonRipple = 0
  rootBefore = 1
}

export function isNothingOpen(): bool {
  return lower === NOTHING_OPEN && upper === 0
}

/** Holds each bracket up to `end` against its partner, and notes the container before and behind it. */
export function walkBrackets(start: usize, end: usize): void {
  let high = upper
  let low = lower
  let bad: u64 = 0
  for (let next = bracketsAt; next < end; next += 4) {
    const at = <usize> load<u32>(next)
    const byte = <u64> load<u8>(at)
    const isObject = byte >> 5 & 1 // the bit by which { differs from [ and } from ]
    const isOpening = (byte & 2) !== 0
    const masks = masksAt + (at - start) / 64 * maskBytes
    const place = <u64> (at - start)
    store<u64>(masks, load<u64>(masks, IN_OBJECT) | (low & 1) << place, IN_OBJECT)
    bad |= <u64> ((high | low) <= NOTHING_OPEN)
    bad |= select<u64>(high >> 63, (low ^ isObject) & 1, isOpening)
    const pushed = low << 1 | isObject
    const popped = low >> 1 | high << 63
    high = select<u64>(high << 1 | low >> 63, high >> 1, isOpening)
    low = select<u64>(pushed, popped, isOpening)
    const isRoot = <u64> ((low ^ ROOT_OPEN | high) === 0)
    store<u64>(masks, load<u64>(masks, BEFORE_ROOT) | isRoot << place, BEFORE_ROOT)
  }
  upper = high
  lower = low
  wrongContainers |= bad
}

/** Notes the keys of the root, and checks that containers hold what they may. */
export function noteRootKeys(at: usize, masksEnd: usize): void {
  let bad: u64 = 0
  let root = rootBefore
  let elementCarry = elementRipple
  let colonCarry = colonRipple
  let keysEnd = keysAt
  for (let masks = masksAt; masks < masksEnd; masks += maskBytes, at += 64) {
    // Added to what is no bracket, a bit ripples up to the next one.
    const brackets = load<u64>(masks, BRACKETS)
    const others = ~brackets
    const elements = load<u64>(masks, ELEMENTS)
    const elementSum = others + (elements & others)
    const elementRippled = elementSum + elementCarry
    elementCarry = <u64> (elementSum < others) | <u64> (elementRippled < elementSum)
    const colonSum = others + load<u64>(masks, COLONS)
    const colonRippled = colonSum + colonCarry
    colonCarry = <u64> (colonSum < others) | <u64> (colonRippled < colonSum)
    const inObject = load<u64>(masks, IN_OBJECT)
    bad |= brackets & ((elementRippled | elements) & inObject | colonRippled & ~inObject)
    const beforeRoot = load<u64>(masks, BEFORE_ROOT)
    const inRoot = (others ^ others + (beforeRoot << 1 | root)) & others
    root = (inRoot | beforeRoot) >> 63
    keysEnd = addPlaces(keysEnd, at + 1, load<u64>(masks, LABELS) & inRoot)
  }
  rootBefore = root
  elementRipple = elementCarry
  colonRipple = colonCarry
  wrongContainers |= bad
  for (let next = keysAt; next < keysEnd; next += 4) noteKey(<usize> load<u32>(next))
}
