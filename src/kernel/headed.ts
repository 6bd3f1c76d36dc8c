/**
 * A kernel that learns from a header what frames are split by: as uc-window does, whose input says it
 * in its first line. Lines of uc-extract carry the values under `by`.
 */
import type { Breakdown } from '../group.ts'
import { newKernel } from './choose.ts'
import type { FrameColumns } from './columns.ts'
import type { GroupKeys } from './group-keys.ts'
import type { Kernel, KernelOptions, Refusal } from './kernel.ts'
import type { KeyName } from './key-name.ts'
import type { Room } from './lines.ts'

export class HeadedKernel implements Kernel {
  readonly #options: KernelOptions
  readonly #room: Room
  #kernel: Kernel

  constructor(options: KernelOptions) {
    this.#options = options
    this.#kernel = newKernel(options)
    this.#room = this.#kernel.room()
  }

  get columns(): FrameColumns {
    return this.#kernel.columns
  }

  get lineNumber(): number {
    return this.#kernel.lineNumber
  }

  set lineNumber(number) {
    this.#kernel.lineNumber = number
  }

  get refusal(): Refusal | undefined {
    return this.#kernel.refusal
  }

  /** That of the first one: whoever reads into it goes on to. */
  room(): Room {
    return this.#room
  }

  scan(bytes: Uint8Array, from: number, to: number): number {
    return this.#kernel.scan(bytes, from, to)
  }

  /** The lines that follow have these. */
  splitBy(breakdowns: readonly Breakdown[]): void {
    const { lineNumber } = this.#kernel
    this.#kernel = newKernel({ ...this.#options, groupKeys: groupKeysIn(breakdowns) })
    this.#kernel.lineNumber = lineNumber
  }
}

/** Where lines between commands have them. */
export function groupKeysIn(breakdowns: readonly Breakdown[]): GroupKeys {
  const names = [...new Set(breakdowns.flat())]
  return {
    keys: names.map((text): KeyName => ({ text, paths: [['by', text]], isPointer: false })),
    breakdowns: breakdowns.map((keys) => keys.map((key) => names.indexOf(key))),
  }
}
