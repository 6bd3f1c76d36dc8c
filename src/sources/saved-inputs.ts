/**
 * What the extract stage knows of its inputs, as records:
 *
 *   now        which source the following bytes are of, and that input, or its number among those:
 *   input/3    inputs that are read side by side: name, line number, how the stream is read, and the
 *              line or the frame that was begun, and the array around it
 *
 * The line that was begun is kept with its bytes, not left to be read again: so the state is that of
 * all bytes pushed, and whoever feeds them need not know where lines end.
 */
import type { Framing } from '../kernel/framing.ts'
import type { LineBuffer } from '../kernel/lines.ts'
import type { Protocol } from '../ndjson/protocol.ts'
import { ChangedRecords } from '../state/changed-records.ts'
import { missingRecord, type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'

/** An input that is being read: a file, or a stream. */
export interface Input {
  place: string
  readonly buffer: LineBuffer
  readonly framing: Framing
  readonly protocol: Protocol
  lineNumber: number
}

interface Now {
  readonly input: Input
  readonly source: number
}

export interface ExtractInputs {
  readonly inputs: Map<number, Input>
  /** Which of them is read, or one that stands alone. */
  now: Now
  newInput(place: string): Input
}

export class SavedInputs {
  readonly #inputs: ExtractInputs
  readonly #records = new ChangedRecords()

  constructor(inputs: ExtractInputs) {
    this.#inputs = inputs
  }

  save(put: Put): void {
    this.#records.save(put, this.#fields())
  }

  load(records: Iterable<StateRecord>): void {
    const { inputs } = this.#inputs
    let now: RecordReader | undefined
    for (const [key, value] of records) {
      const [, number] = /^input\/(\d+)$/.exec(key) ?? []
      const record = new RecordReader(key, value)
      if (key === 'now') now = record
      else if (number === undefined) throw unknownRecord(key)
      else {
        inputs.set(Number(number), this.#read(record))
        record.end()
      }
      this.#records.stands(key, value)
    }
    if (now !== undefined) this.#loadNow(now)
    else if (inputs.size > 0) throw missingRecord('now')
  }

  #loadNow(record: RecordReader): void {
    const source = record.number()
    const isAlone = record.flag()
    const input = isAlone ? this.#read(record) : this.#inputs.inputs.get(record.number())
    if (input === undefined) throw record.refused('of an input that is missing')
    record.end()
    this.#inputs.now = { input, source }
  }

  #read(record: RecordReader): Input {
    const input = this.#inputs.newInput(record.text())
    input.lineNumber = record.number()
    input.protocol.readFrom(record)
    input.buffer.readFrom(record)
    input.framing.readFrom(record)
    return input
  }

  *#fields(): Generator<[string, RecordWriter]> {
    const { inputs, now } = this.#inputs
    const record = new RecordWriter().number(now.source)
    const [number] = [...inputs].find(([, input]) => input === now.input) ?? []
    record.flag(number === undefined)
    if (number === undefined) write(record, now.input)
    else record.number(number)
    yield ['now', record]
    for (const [number, input] of inputs) {
      const record = new RecordWriter()
      write(record, input)
      yield [`input/${number}`, record]
    }
  }
}

function write(record: RecordWriter, input: Input): void {
  const { place, lineNumber, protocol, buffer, framing } = input
  record.text(place).number(lineNumber)
  protocol.writeTo(record)
  buffer.writeTo(record)
  framing.writeTo(record)
}
