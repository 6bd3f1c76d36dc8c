/**
 * Frames that are not a line each: arrays, objects over several lines or several in one, records
 * behind separators (RFC 7464). Lines go to the scanner as they come; only at one that it refuses is
 * it asked whether a frame begins there that is no line, and what follows is read frame by frame
 * until a line begins outside of any.
 *
 *   {"uid":"a","ts":1}LF [LF {"uid":"b","ts":2},LF {LF "uid":"c","ts":3}]LF {"uid":"d","ts":4}LF
 *   lines                frames                                           lines
 *
 * A frame of several lines is a candidate until it is whole: at the first byte that cannot stand
 * there it is given up, its first line is refused alone, and the next line is a line again. So a line
 * that breaks off takes no other with it. What a candidate had open where it was given up would be
 * given up there too, and is not read again: reading stays linear.
 */
import type { RecordReader, RecordWriter } from '../state/record.ts'
import { brokenEnd, isSeparator } from './broken-element.ts'
import { ElementLines } from './element-lines.ts'
import {
  beginsFramed,
  beginsWithFrame,
  behindSpace,
  blank,
  hasSeparator,
  isOpening,
  isSpace,
} from './frame-begin.ts'
import {
  CLOSE_BRACKET,
  COMMA,
  CR,
  LF,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  RECORD_SEPARATOR,
  skipMarks,
  skipSpace,
} from './json-tokens.ts'
import type { Refusal } from './kernel.ts'
import type { LineSink } from './lines.ts'
import { OneLine } from './one-line.ts'
import { SkippedFrame } from './skipped-frame.ts'
import { ValueWalker } from './value-walker.ts'

/** Who takes the frames that are found, each as a line. */
export interface FramingHost {
  readonly maxLineBytes: number
  /** Number of the line that was begun last. */
  lineNumber: number
  /** Whether frames may be other than lines. */
  readonly isFree: boolean
  /** Whether a line that is no frame alone may be taken for one unless it is read strictly. */
  readonly isLazy: boolean
  /** The line at which the last scan stopped. */
  readonly refusal: Refusal | undefined
  /** As that of a kernel; takes the frames too. `isStrict`: each line is read to its end. */
  scan(bytes: Uint8Array, from: number, to: number, isStrict: boolean): number
  /** `byte`: where the frame begins in its line, from 1; undefined where a line is refused. */
  refuse(bytes: Uint8Array, refusal: Refusal, byte?: number): void
  /** The number of its line is not counted yet. */
  overlong(head: Uint8Array, lineBytes: number, byte?: number): void
  /**
   * Of one that takes lines alone: other frames may begin so many bytes before the end of what was
   * pushed last. Nothing is pushed from then on.
   */
  leave?(bytesBefore: number): void
}

const noBytes = new Uint8Array(0)
/** Stands for a line break in a frame that a line break has broken: nowhere in JSON it may stand. */
const verticalTab = 0x0b

export class Framing implements LineSink {
  readonly #host: FramingHost
  readonly #walker = new ValueWalker()
  readonly #elementLines = new ElementLines()
  readonly #line = new OneLine()
  // What is looked at: bytes of whoever pushes, or of our own. Places count from `base`.
  #bytes: Uint8Array = noBytes
  #at = 0
  #end = 0
  #base = 0
  #own: Uint8Array = noBytes
  /** No more bytes will come. */
  #isLast = false

  /** Nothing was taken yet of the line at `at`, outside of arrays. */
  #atLine = true
  #inArray = false
  #arrayLine = 0
  /** A comma, or what opened the array, stands before what comes next. */
  #hasComma = false
  /** The last element had none before it: the array may have ended unseen. */
  #isLoose = false
  /** A frame has come that is no line: --parser lazy would not notice the next. */
  #isFramed = false
  /** Numbers of lines do not tell which is the first. */
  #isInside = false
  /** Place of the first byte of the line, and how far its first frame is indented; -1: not seen. */
  #lineStart = 0
  #indent = -1
  /** Place of the frame being walked; -1: none. */
  #item = -1
  /** Why the scanner has refused the line at `at`, of which `item` is the first. */
  #why: Refusal | undefined
  #skipped: SkippedFrame | undefined
  /** Containers that a candidate had open where it was given up. */
  readonly #doomed = new Set<number>()
  #doomedTo = 0
  /** So many bytes have to be there before a broken frame's end is looked for again. */
  #retryBytes = 0

  constructor(host: FramingHost) {
    this.#host = host
  }

  /** Whether the next byte is none of a line that begins outside of any frame. */
  get isOpen(): boolean {
    return !this.#atLine || this.#at < this.#end || this.#skipped !== undefined
  }

  /** Whether lines that look whole may be several frames. */
  get isFramed(): boolean {
    return this.#isFramed
  }

  lines(bytes: Uint8Array, from: number, to: number): void {
    if (this.#at < this.#end) {
      this.#append(bytes.subarray(from, to))
    } else {
      this.#base += this.#end - from
      this.#walker.shift(from - this.#end)
      this.#bytes = bytes
      this.#at = from
      this.#end = to
    }
    try {
      this.#run()
    } catch (error) {
      this.clear() // whoever took what was found has ended the run
      throw error
    }
    this.#keep()
  }

  begun(bytes: Uint8Array, from: number, to: number, isTooLong: boolean): boolean {
    if (!this.#host.isFree) return false
    if (!this.isOpen) {
      if (!beginsFramed(bytes, from, to, isTooLong ? this.#host.maxLineBytes : 0)) return false
      if (this.#host.leave !== undefined) {
        this.#host.leave(to - from)
        return true
      }
    }
    this.lines(bytes, from, to)
    return true
  }

  overlong(head: Uint8Array, lineBytes: number): void {
    this.#host.overlong(head, lineBytes)
  }

  /** The input ends. Returns the line of an array that is not closed. */
  end(): number | undefined {
    if (this.isOpen) {
      this.#append(Uint8Array.of(LF))
      this.#isLast = true
      this.#run()
      this.#isLast = false
    }
    const arrayLine = this.#inArray && !this.#isLoose ? this.#arrayLine : undefined
    this.clear()
    return arrayLine
  }

  /** The input breaks off. Lines that have come whole were read, what else was begun was not. */
  stop(): void {
    if (this.#at < this.#end && this.#bytes[this.#end - 1] === LF) this.end()
    else this.clear()
  }

  /** Forgets what was begun. `isInside`: the next line is hardly the first of its file. */
  clear(isInside = false): void {
    this.#isInside = isInside
    this.#at =
      this.#end =
      this.#base =
      this.#lineStart =
        0
    this.#atLine = true
    this.#inArray = this.#isFramed = false
    this.#indent = this.#item = -1
    this.#why = this.#skipped = undefined
    this.#doomed.clear()
  }

  /** What was begun, so that whoever goes on goes on behind the last chunk. */
  writeTo(record: RecordWriter): void {
    const isAtLine = this.#atLine || this.#why !== undefined
    record.bytes(this.#bytes.subarray(this.#at, this.#end)).flag(isAtLine).flag(this.#isFramed)
    record.flag(this.#inArray).number(this.#arrayLine).flag(this.#hasComma).flag(this.#isLoose)
    record.number(this.#base + this.#at - this.#lineStart).number(this.#indent + 1)
    const skipped = this.#skipped
    record.flag(skipped !== undefined)
    if (skipped === undefined) return
    skipped.writeTo(record)
    if (skipped.isWalked) this.#walker.writeTo(record)
  }

  readFrom(record: RecordReader): void {
    this.clear()
    this.#append(record.bytes())
    this.#atLine = record.flag()
    this.#isFramed = record.flag()
    this.#inArray = record.flag()
    this.#arrayLine = record.number()
    this.#hasComma = record.flag()
    this.#isLoose = record.flag()
    this.#lineStart = -record.number()
    this.#indent = record.number() - 1
    if (!record.flag()) return
    this.#skipped = SkippedFrame.from(record)
    if (this.#skipped.isWalked) this.#walker.readFrom(record)
  }

  #run(): void {
    while (this.#at < this.#end) {
      const goesOn = this.#skipped !== undefined
        ? this.#skip(this.#skipped)
        : this.#atLine
        ? this.#scanLines()
        : this.#item >= 0
        ? this.#readFrame()
        : this.#findFrame()
      if (!goesOn) return
    }
  }

  /** Outside of frames: lines as they stand, up to one that may be none. */
  #scanLines(): boolean {
    const host = this.#host
    const bytes = this.#bytes
    const to = this.#end === 0 ? 0 : bytes.lastIndexOf(LF, this.#end - 1) + 1
    if (to <= this.#at) return this.#beginLine()
    if (host.isLazy && host.lineNumber === 0 && !this.#isInside) {
      this.#lookAtFirst(to)
      if (this.#isFramed && host.leave !== undefined) return this.#leave()
    }
    const next = host.scan(bytes, this.#at, to, this.#isFramed)
    const { refusal } = host
    if (refusal === undefined) {
      this.#beginAt(next)
      return true
    }
    const { lineStart, lineEnd } = refusal
    const first = skipSpace(bytes, lineStart)
    const byte = bytes[first]
    const mayBeFramed = host.isFree && isOpening(byte!)
    if (!mayBeFramed || this.#isPlainly(first, lineEnd)) {
      host.refuse(bytes, refusal)
      this.#beginAt(next)
      return true
    }
    const lf = lineStart > this.#at ? bytes.lastIndexOf(LF, lineStart - 1) : -1
    if (lf >= this.#at) this.#beginAt(lf + 1)
    host.lineNumber--
    if (host.leave !== undefined) return this.#leave()
    this.#at = lineStart
    this.#indent = first - lineStart
    this.#atLine = false
    if (byte === RECORD_SEPARATOR) return true
    this.#why = refusal
    this.#walk(first)
    return true
  }

  /** In the first line it shows how frames are separated; --parser lazy would not see it. */
  #lookAtFirst(to: number): void {
    const bytes = this.#bytes
    const first = skipSpace(bytes, skipMarks(bytes, this.#at))
    if (!this.#host.isFree || bytes[first] !== OPEN_BRACE) return
    const walker = this.#walker
    walker.begin(first)
    const walked = walker.walk(bytes, bytes.subarray(0, to).indexOf(LF, first))
    const next = skipSpace(bytes, walker.at)
    this.#isFramed = walked === 'more' || (walked === 'whole' && isOpening(bytes[next]!))
  }

  /** Somebody else reads on from the line at `at`. */
  #leave(): boolean {
    this.#host.leave!(this.#end - this.#at)
    this.#at = this.#end
    return false
  }

  /** Whether the line that begins with a brace is broken in itself: nothing can come of it. */
  #isPlainly(first: number, lineEnd: number): boolean {
    if (this.#bytes[first] !== OPEN_BRACE) return false
    if (this.#isDoomed(first)) return true
    this.#walker.begin(first)
    const walked = this.#walker.walk(this.#bytes, lineEnd)
    if (walked === 'more') return lineEnd - first > this.#host.maxLineBytes
    const behind = this.#walker.at
    if (walked === 'wrong') return !hasSeparator(this.#bytes, behind, lineEnd)
    const next = skipSpace(this.#bytes, behind)
    return next >= lineEnd || (!isOpening(this.#bytes[next]!) &&
      !hasSeparator(this.#bytes, behind, lineEnd))
  }

  /** A line of which the end has not come. */
  #beginLine(): boolean {
    const bytes = this.#bytes
    const first = skipSpace(bytes, skipMarks(bytes, this.#at))
    if (first >= this.#end) return false
    const { maxLineBytes, lineNumber } = this.#host
    const isTooLong = this.#end - this.#at > maxLineBytes + 1
    const isFramed = bytes[first] === RECORD_SEPARATOR ||
      (bytes[first] === OPEN_BRACKET && (lineNumber === 0 || isTooLong)) ||
      (isTooLong && beginsWithFrame(bytes, first, this.#end, maxLineBytes))
    if (isFramed) {
      this.#atLine = false
      return true
    }
    if (isTooLong) this.#beginSkip(undefined)
    return isTooLong
  }

  /** Between frames: over what separates them. */
  #findFrame(): boolean {
    const bytes = this.#bytes
    const end = this.#end
    for (let i = this.#at; i < end; i++) {
      const byte = bytes[i]!
      if (byte === LF) {
        this.#at = i + 1
        this.#host.lineNumber++
        this.#beginAt(i + 1)
        this.#atLine = !this.#inArray
        if (this.#atLine) return true
        i = this.#scanElements(i + 1) - 1
        continue
      }
      if (byte === blank || byte === CR || byte === 0x09) continue
      const isFirst = this.#indent < 0
      if (isFirst && byte === 0xef) {
        if (end - i < 3 && !this.#isLast) return this.#stopAt(i)
        if (skipMarks(bytes, i) > i) {
          i += 2
          continue
        }
      }
      if (isFirst) this.#indent = this.#base + i - this.#lineStart
      if (byte === RECORD_SEPARATOR) {
        this.#hasComma = true
      } else if (this.#inArray && byte === COMMA) {
        this.#hasComma = true
      } else if (this.#inArray && byte === CLOSE_BRACKET) {
        this.#inArray = false
      } else {
        this.#at = i
        this.#walk(i)
        return true
      }
    }
    return this.#stopAt(end)
  }

  #stopAt(at: number): boolean {
    this.#at = at
    return false
  }

  /** Elements that are a line each, from one that begins at `at`. Returns the place behind them. */
  #scanElements(at: number): number {
    const host = this.#host
    const lines = this.#elementLines
    const to = lines.take(this.#bytes, at, this.#end, this.#hasComma)
    if (to === at) return at
    const { lineNumber } = host
    host.scan(lines.bytes, 0, lines.length, true)
    this.#isFramed = true
    this.#isLoose = false
    if (host.refusal === undefined) {
      this.#beginAt(to)
      this.#hasComma = lines.hasComma
      return to
    }
    // The line that was refused is read once more, as it stands.
    const start = lines.startOf(--host.lineNumber - lineNumber)
    this.#beginAt(start)
    this.#hasComma = true
    return start
  }

  /** A line begins at that place. */
  #beginAt(at: number): void {
    this.#at = at
    this.#lineStart = this.#base + at
    this.#indent = this.#item = -1
    this.#why = undefined
  }

  /** A frame begins, or what stands in the place of one. */
  #walk(at: number): void {
    this.#item = this.#base + at
    this.#walker.begin(at)
    this.#retryBytes = 0
  }

  #isDoomed(at: number): boolean {
    return this.#doomed.size > 0 && this.#doomed.has(this.#base + at)
  }

  #readFrame(): boolean {
    const bytes = this.#bytes
    const item = this.#item - this.#base
    const first = bytes[item]!
    if (!this.#inArray && first !== OPEN_BRACE && first !== OPEN_BRACKET) {
      return this.#refuseLine(item)
    }
    if (!this.#inArray && first === OPEN_BRACKET) return this.#mayOpen(item)
    if (this.#isDoomed(item)) return this.#giveUp(item, item)
    const walker = this.#walker
    const walked = walker.walk(bytes, this.#reach(item))
    if (walked === 'more') {
      if (this.#waits(item)) return false
      if (this.#inArray && !this.#isLast) return this.#beginSkip(this.#byteOf(item), true)
    }
    if (walked !== 'whole') return this.#giveUp(item, walker.at)
    const behind = skipSpace(bytes, walker.at)
    if (behind >= this.#end && this.#waits(item)) return false
    const follower = bytes[behind]!
    const mayFollow = behind >= this.#reach(item) || follower === LF || isOpening(follower) ||
      (this.#inArray && (follower === COMMA || follower === CLOSE_BRACKET))
    if (!mayFollow) return this.#giveUp(item, behind)
    this.#takeFrame(item, walker.at, blank)
    this.#isLoose = !this.#hasComma
    this.#hasComma = false
    return true
  }

  /**
   * A bracket outside of arrays: it opens one where an object comes first and a comma or the closing
   * bracket behind that; where that object is broken, only if it stands at the beginning of the input.
   */
  #mayOpen(item: number): boolean {
    const bytes = this.#bytes
    const first = behindSpace(bytes, item + 1, this.#end)
    if (first === this.#end) return this.#isLast && this.#giveUp(item, first)
    const walker = this.#walker
    const hasObject = bytes[first] === OPEN_BRACE
    const begin = hasObject ? first : item
    if (walker.at <= first) walker.begin(begin)
    const walked = walker.walk(bytes, this.#reach(begin))
    if (walked === 'more' && this.#waits(begin)) return false
    if (walked !== 'whole') {
      const isBroken = hasObject && this.#host.lineNumber === 0 && !this.#isInside
      return isBroken ? this.#openArray(item) : this.#giveUp(item, walker.at)
    }
    const behind = hasObject
      ? behindSpace(bytes, walker.at, this.#end)
      : skipSpace(bytes, walker.at)
    if (behind >= this.#end) {
      if (this.#waits(walker.at)) return false
      return this.#isLast ? this.#openArray(item) : this.#giveUp(item, behind)
    }
    const follower = bytes[behind]!
    const isArray = hasObject
      ? follower === COMMA || follower === CLOSE_BRACKET
      : follower === LF || isOpening(follower)
    return isArray ? this.#openArray(item) : this.#giveUp(item, behind)
  }

  /** Up to where a frame that begins at `item` may reach, of what is there. */
  #reach(item: number): number {
    return Math.min(this.#end, item + this.#host.maxLineBytes + 1)
  }

  /** Whether more may come of it. */
  #waits(item: number): boolean {
    return this.#end <= item + this.#host.maxLineBytes && !this.#isLast
  }

  #openArray(item: number): true {
    this.#inArray = this.#hasComma = this.#isFramed = true
    this.#isLoose = false
    this.#arrayLine = this.#host.lineNumber + 1
    this.#at = item + 1
    this.#item = -1
    this.#why = undefined
    return true
  }

  /** What stands at `item` is no frame, since `place` has a byte that cannot stand there. */
  #giveUp(item: number, place: number): boolean {
    this.#doom(item, place)
    const bytes = this.#bytes
    const isBlock = this.#inArray ? 1 : this.#isBlock(item, place)
    if (isBlock < 0) return false
    if (isBlock === 0) return this.#refuseLine(item)
    const reach = this.#reach(item)
    const mayGrow = this.#waits(item)
    if (this.#end - item < this.#retryBytes && mayGrow) return false
    const end = brokenEnd(bytes, {
      from: item,
      end: reach,
      indent: Math.max(0, this.#indent),
      inArray: this.#inArray,
      isLast: this.#isLast && reach === this.#end,
    })
    if (end < 0) {
      this.#retryBytes = 2 * (this.#end - item)
      if (mayGrow) return false
      const lf = bytes.subarray(0, reach).indexOf(LF, item)
      if (lf < 0) return this.#beginSkip(this.#byteOf(item))
      this.#takeFrame(item, lf, blank)
      this.#hasComma = true
      return true
    }
    const isByBreak = place < this.#end && bytes[place] === LF
    this.#takeFrame(item, end, isByBreak ? verticalTab : blank)
    this.#hasComma = true
    return true
  }

  #doom(item: number, place: number): void {
    if (this.#base + place <= this.#doomedTo) return
    this.#doomed.clear()
    this.#doomedTo = this.#base + place
    for (const open of this.#walker.opens) {
      if (open > item) this.#doomed.add(this.#base + open)
    }
  }

  /**
   * Whether a broken object outside of arrays stands over several lines for sure: a brace alone in
   * its line, and a key in the next, which is indented. 1: yes, 0: no, -1: more has to come.
   */
  #isBlock(item: number, place: number): number {
    const bytes = this.#bytes
    const lf = skipSpace(bytes, item + 1)
    if (lf >= this.#end) return this.#isLast ? 0 : -1
    if (bytes[item] !== OPEN_BRACE || bytes[lf] !== LF) return 0
    const key = skipSpace(bytes, lf + 1)
    if (key >= this.#end) return this.#isLast ? 0 : -1
    return bytes[key] === QUOTE && key - lf - 1 > this.#indent && place > key ? 1 : 0
  }

  /** Outside of arrays: what is broken ends with its line. */
  #refuseLine(item: number): boolean {
    const bytes = this.#bytes
    const line = bytes.subarray(0, this.#reach(item))
    const lf = line.indexOf(LF, item)
    const searched = lf < 0 ? line : line.subarray(0, lf) // not all that is there, for each line
    for (let i = item; (i = searched.indexOf(RECORD_SEPARATOR, i + 1)) > item;) {
      if (!isSeparator(line, i, line.length)) continue
      this.#takeFrame(item, i, blank)
      return true
    }
    if (lf < 0) {
      if (this.#waits(item)) return false
      if (this.#why !== undefined) this.#item = this.#base + this.#at
      return this.#beginSkip(this.#why === undefined ? this.#byteOf(item) : undefined)
    }
    if (this.#why === undefined) {
      this.#takeFrame(item, lf, blank)
      return true
    }
    const lineEnd = lf > this.#at && bytes[lf - 1] === CR ? lf - 1 : lf
    this.#host.lineNumber++
    this.#host.refuse(bytes, { ...this.#why, lineStart: this.#at, lineEnd })
    this.#beginAt(lf + 1)
    this.#atLine = true
    return true
  }

  /** [item, end) goes to the scanner as a line, in which `filler` stands for line breaks. */
  #takeFrame(item: number, end: number, filler: number): void {
    const host = this.#host
    const bytes = this.#bytes
    let itemEnd = end
    while (itemEnd > item + 1 && isSpace(bytes[itemEnd - 1]!)) itemEnd--
    const { lineNumber } = host
    const line = this.#line.set(bytes, item, itemEnd, filler)
    host.scan(line, 0, this.#line.length, true)
    if (host.refusal !== undefined) host.refuse(line, host.refusal, this.#byteOf(item))
    host.lineNumber = lineNumber
    this.#isFramed = true
    this.#at = end
    this.#item = -1
    this.#why = undefined
    let lineStart = 0
    const taken = bytes.subarray(0, end) // as the next line break may be far behind it
    for (let lf = item; (lf = taken.indexOf(LF, lf)) >= 0; lf++) {
      host.lineNumber++
      lineStart = lf + 1
    }
    if (lineStart === 0) return
    this.#lineStart = this.#base + lineStart
    this.#indent = skipSpace(bytes, lineStart) - lineStart
  }

  #byteOf(item: number): number {
    return this.#base + item - this.#lineStart + 1
  }

  #beginSkip(byte: number | undefined, isWalked = false): boolean {
    if (this.#item >= 0) this.#at = this.#item - this.#base
    this.#skipped = new SkippedFrame(byte, isWalked)
    this.#atLine = false
    return true
  }

  /** Over a frame that is too long: to its end where it is walked, and stays whole; else its line's. */
  #skip(skipped: SkippedFrame): boolean {
    const bytes = this.#bytes.subarray(0, this.#end)
    if (skipped.isWalked) {
      const walked = this.#walker.walk(bytes, this.#end)
      this.#drop(skipped, this.#walker.at)
      if (walked === 'more' && !this.#isLast) return false
      if (walked === 'whole') return this.#endSkip(skipped)
      skipped.isWalked = false
    }
    const lf = bytes.indexOf(LF, this.#at)
    this.#drop(skipped, lf < 0 ? this.#end : lf)
    return lf >= 0 && this.#endSkip(skipped)
  }

  #drop(skipped: SkippedFrame, to: number): void {
    const lineStart = skipped.take(this.#bytes.subarray(this.#at, to))
    if (lineStart > 0) {
      this.#lineStart = this.#base + this.#at + lineStart
      this.#indent = 0
    }
    this.#at = to
  }

  #endSkip(skipped: SkippedFrame): boolean {
    const host = this.#host
    const { lineNumber } = host
    host.overlong(skipped.head, skipped.lineBytes, skipped.byte)
    host.lineNumber = lineNumber + skipped.lines
    this.#skipped = undefined
    this.#item = -1
    this.#why = undefined
    this.#hasComma = this.#isFramed = true
    return true
  }

  /** What was not taken is kept until more comes. */
  #keep(): void {
    if (this.#bytes === this.#own) return
    if (this.#at === this.#end) {
      this.#bytes = noBytes
      this.#move(-this.#at)
      return
    }
    const left = this.#bytes.subarray(this.#at, this.#end)
    if (this.#own.length < left.length) this.#own = new Uint8Array(left.length * 2)
    this.#own.set(left)
    this.#bytes = this.#own
    this.#move(-this.#at)
  }

  #append(bytes: Uint8Array): void {
    const length = this.#end - this.#at
    const needed = length + bytes.length
    if (this.#bytes !== this.#own || needed > this.#own.length) {
      const larger = new Uint8Array(Math.max(needed, this.#own.length * 2))
      larger.set(this.#bytes.subarray(this.#at, this.#end))
      this.#bytes = this.#own = larger
      this.#move(-this.#at)
    } else if (this.#end + bytes.length > this.#own.length) {
      this.#own.copyWithin(0, this.#at, this.#end)
      this.#move(-this.#at)
    }
    this.#own.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** The bytes looked at lie so much further behind. */
  #move(bytes: number): void {
    this.#at += bytes
    this.#end += bytes
    this.#base -= bytes
    this.#walker.shift(bytes)
  }
}
