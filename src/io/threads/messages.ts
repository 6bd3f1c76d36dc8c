/** What passes between the main thread and those that scan. */
import type { KernelOptions } from '../../kernel/kernel.ts'
import type { ScannedLines } from '../../kernel/scanned-lines.ts'

/** What pieces are scanned with. */
export interface ScanSettings {
  readonly kernel: KernelOptions
  /** Whether the bytes of good frames are sent along. */
  readonly keepsFrames: boolean
  /** What a frame of zstd may take for its window. */
  readonly zstdWindowBytes?: number | undefined
}

/** What a thread begins with. */
export interface ThreadSettings extends ScanSettings {
  /** compiledScanner() of the main thread. */
  readonly compiled: object | undefined
}

/** What a thread is given at once. */
export interface ScannedPiece {
  readonly name: string
  /** Of a plain file; undefined: all of a file that is compressed and cannot be cut. */
  readonly range?: LineRange
}

/** The lines that begin at `from` or behind it, and before `to`. */
export interface LineRange {
  readonly from: number
  readonly to: number
  /** The most that the file had when it was cut into ranges. */
  readonly fileBytes: number
  /** By identityOf: each thread opens the file, and by its name it may have become another one. */
  readonly identity: string
}

/**
 * A thread that has found so much waits until some of it is taken: columns of 300,000 frames; 8 MiB
 * of frames, where their bytes are sent.
 */
export const mostUntakenBytes: number = 8 * 2 ** 20

/** The next piece to scan, or that the oldest reply has been taken: its bytes come back. */
export type ToThread = ScannedPiece | { readonly taken: ArrayBuffer }

/** What was found in a piece, or in the next part of one that holds much. */
export interface Reply {
  readonly lines: ScannedLines
  /** What was read from disk for them. */
  readonly readBytes: number
  /** What is told of the file and does not end the run. */
  readonly warnings?: readonly string[]
  /** With the last reply of a piece. */
  readonly end?: PieceEnd
}

export interface PieceEnd {
  /** The file has ended in this piece, wherever it was thought to end. */
  readonly isFileOver: boolean
  /** From that decoded byte of the file on there may be frames that are no lines: no thread's. */
  readonly leftAt?: number
  /** Why it could not be read further. */
  readonly failure?: string
}
