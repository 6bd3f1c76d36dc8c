/** Standard output of a command in mid-pipe: a header, lines of frames, an end line. */
import type { Outcome } from '../../io/drive.ts'
import { writeOut } from '../../io/runtime.ts'
import type { Ledger } from '../../ledger.ts'
import { pipeVersion } from '../../ndjson/control.ts'
import { PipeLines } from '../../ndjson/pipe-lines.ts'
import type { Header } from '../../records.ts'

export class PipeWriter {
  readonly lines: PipeLines

  /** `kinds`: names of the kinds of window, where windowed frames are written. */
  constructor(kinds?: readonly string[]) {
    this.lines = new PipeLines(kinds)
  }

  /** The header goes out before any input has come, so that readers know what they follow. */
  async begin(header: Omit<Header, 'type' | 'version'>): Promise<void> {
    this.lines.control({ type: 'header', version: pipeVersion, ...header })
    await this.flush()
  }

  async flush(): Promise<void> {
    if (this.lines.length > 0) await writeOut(this.lines.take())
  }

  /** After a failure the end line is missing, and that tells the reader. */
  async end({ failure, signal }: Outcome, ledger: Ledger): Promise<void> {
    if (failure !== undefined) return
    const stopped = signal === undefined ? {} : { signal }
    this.lines.control({ type: 'end', counts: ledger.toJSON(), ...stopped })
    await this.flush()
  }
}
