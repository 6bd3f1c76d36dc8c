/**
 * What a stage has emitted, written down so that it can be compared: batches are taken apart into
 * frames, since where a batch ends means nothing, and all that lives only until push returns is
 * copied.
 */
import { uidText } from '../../src/kernel/columns.ts'
import type { FrameBatch, Reject, RejectContent, WindowedBatch } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import type { ExtractOut } from '../../src/stages/extract.ts'
import type { WindowOut } from '../../src/stages/window.ts'

export interface NotedFrame {
  readonly uid: string
  readonly hash: string
  readonly source: number
}

export interface RawFrame extends NotedFrame {
  readonly tsMs: number
  readonly place: string
  readonly lineNumber: number
  /** The raw line, byte by byte. */
  readonly line: string
}

export interface WindowedFrame extends NotedFrame {
  readonly startsMs: readonly number[]
  readonly verdicts: readonly number[]
}

export type NotedReject = Omit<Reject, 'content'> & { readonly content: RejectContent }

/** Every byte as the character of that number. */
export function latin1(bytes: Uint8Array, start: number = 0, end: number = bytes.length): string {
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!)
  return text
}

function hashOf({ hashHi, hashLo }: FrameBatch, i: number): string {
  return `${hashHi[i]!.toString(16)} ${hashLo[i]!.toString(16)}`
}

export function rawFrame(frames: FrameBatch, i: number): RawFrame {
  const { source, place, tsMs, lineNumber, bytes, lineStart, lineEnd } = frames
  return {
    uid: uidText(frames, i),
    hash: hashOf(frames, i),
    source,
    tsMs: tsMs[i]!,
    place,
    lineNumber: lineNumber[i]!,
    line: latin1(bytes, lineStart[i]!, lineEnd[i]!),
  }
}

function windowedFrame({ frames, startsMs, verdicts }: WindowedBatch, i: number): WindowedFrame {
  return {
    uid: uidText(frames, i),
    hash: hashOf(frames, i),
    source: frames.source,
    startsMs: startsMs.map((column) => column[i]!),
    verdicts: verdicts.map((column) => column[i]!),
  }
}

export type Noted = RawFrame | WindowedFrame | NotedReject | { readonly type: string }

/** Everything that a stage emits on its way to the end of `input`; an error ends it. */
export function transcript<In, Out extends ExtractOut | WindowOut>(
  stage: Stage<In, Out>,
  input: Iterable<In>,
): Noted[] {
  const noted: Noted[] = []
  function note(message: Out): void {
    if (message.type === 'frames') {
      for (let i = 0; i < message.count; i++) noted.push(rawFrame(message, i))
    } else if (message.type === 'windowed') {
      for (let i = message.from; i < message.to; i++) noted.push(windowedFrame(message, i))
    } else if (message.type === 'reject') {
      noted.push({ ...message, content: message.content() })
    } else {
      noted.push(message)
    }
  }
  try {
    for (const message of input) stage.push(message, note)
    stage.end(note)
  } catch (error) {
    noted.push({ type: String(error) })
  }
  return noted
}
