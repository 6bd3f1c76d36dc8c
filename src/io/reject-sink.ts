/**
 * Takes every reject: counts it by reason, keeps the first of each for the summary, writes it to
 * the file of --rejects, and ends the run at the first one under --strict.
 */
import { Buffer } from 'node:buffer'
import { UcError } from '../errors.ts'
import type { Lateness, Reject, RejectContent } from '../records.ts'
import type { OutputFile } from './output-file.ts'
import { RejectTotals } from './reject-totals.ts'

/** Written in blocks of about this size. */
const blockCharacters = 64 * 1024

const mostBeginnings = 256
/** Where the reason stands in a line. */
const reasonAt = '{"reason":"'.length

export class RejectSink {
  readonly totals: RejectTotals = new RejectTotals()
  readonly hasFile: boolean
  readonly #file: OutputFile | undefined
  readonly #isStrict: boolean
  #block = ''
  #syncedBytes = 0
  #hasRefused = false
  /** Of the last rejects, which mostly have the same details: their lines up to the number. */
  readonly #beginnings = new Map<string, string>()
  #source = ''

  /** `file`: that of --rejects. */
  constructor({ file, isStrict }: { file: OutputFile | undefined; isStrict: boolean }) {
    this.#file = file
    this.#isStrict = isStrict
    this.hasFile = file !== undefined
  }

  /** All of them are on the disk when it resolves. Returns how many bytes there are. */
  async sync(): Promise<number> {
    this.#writeBlock()
    const bytes = this.#file?.bytes ?? 0
    if (bytes !== this.#syncedBytes) await this.#file?.sync()
    return this.#syncedBytes = bytes
  }

  add(reject: Reject): void {
    const { detail, source, line } = reject
    this.totals.add(reject, () => placeOf(source, line))
    if (this.#file !== undefined) {
      this.#block += this.#lineOf(reject)
      if (this.#block.length > blockCharacters) this.#writeBlock()
    }
    if (this.#isStrict && !this.#hasRefused) {
      this.#hasRefused = true // what was held until then is decided, and accounted for, behind it
      throw new UcError(
        'refused',
        `${placeOf(source, line)}: ${detail} (--strict stops at the first)`,
      )
    }
  }

  /** As JSON.stringify gives it, but in two texts, which takes a third of the time. */
  #lineOf({ reason, fault, detail, source, line, byte, windows, late, content }: Reject): string {
    if (source !== this.#source || this.#beginnings.size === mostBeginnings) {
      this.#source = source
      this.#beginnings.clear()
    }
    let beginning = this.#beginnings.get(detail)
    if (beginning === undefined || !beginning.startsWith(reason, reasonAt)) {
      beginning = `${JSON.stringify({ reason, fault, detail, source }).slice(0, -1)},"line":`
      this.#beginnings.set(detail, beginning)
    }
    const kinds = windows === undefined ? '' : `,"windows":${JSON.stringify(windows)}`
    const place = byte === undefined ? '' : `,"byte":${byte}`
    const shown = content()
    return `${beginning}${line}${place}${kinds},${latenessOf(late, shown)}${fieldsOf(shown)}}\n`
  }

  /** Whether there is something to wait for. */
  get isBehind(): boolean {
    return this.#file?.isBehind === true
  }

  /** Waits until what was written has arrived. */
  async drain(): Promise<void> {
    await this.#file?.drain()
  }

  /** Nobody reads the file: what waits is dropped. Returns how many bytes. */
  abandon(): number {
    return this.#file?.abandon() ?? 0
  }

  async close(): Promise<void> {
    this.#writeBlock()
    await this.#file?.close()
  }

  #writeBlock(): void {
    if (this.#block === '') return
    this.#file?.write(Buffer.from(this.#block))
    this.#block = ''
  }
}

/** The time stands there once, also where the frame is told by it. */
function latenessOf(late: Lateness | undefined, content: RejectContent): string {
  if (late === undefined) return ''
  const ts = 'ts' in content ? '' : `"ts":${late.ts},`
  return `${ts}"starts":${JSON.stringify(late.starts)},"lateBy":${late.lateBy},`
}

function fieldsOf(content: RejectContent): string {
  if ('raw' in content && content.bytes === undefined) return `"raw":${JSON.stringify(content.raw)}`
  return JSON.stringify(content).slice(1, -1)
}

/** `stdin:41`; of a partition, whose lines are numbered by their offsets, `topic[3]@1207`. */
function placeOf(source: string, line: number): string {
  return /\[\d+\]$/.test(source) ? `${source}@${line}` : `${source}:${line}`
}
