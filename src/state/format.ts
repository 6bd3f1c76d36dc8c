/**
 * Which uc has written a state, in front of what tells what the state is:
 *
 *   count    format of the state: its keys, and what the records hold
 *   text     version of uc, filled with blanks to 16 characters: one takes the place of another
 *
 * A state of another format is refused, and the uc that can read it is named.
 */
import { UcError } from '../errors.ts'
import { version } from '../version.ts'
import type { RecordReader, RecordWriter } from './record.ts'

export const stateFormat = 3
const versionLength = 16

export function writeFormat(record: RecordWriter): RecordWriter {
  return record.count(stateFormat).text(version.padEnd(versionLength))
}

/** `state`: how messages name it. Throws where it is of another format. */
export function checkFormat(record: RecordReader, state: string): void {
  const format = record.count()
  const writer = record.text().trimEnd()
  if (format === stateFormat) return
  throw new UcError(
    'failed',
    `${state} is of format ${format}, by uc ${writer}, where this uc, ${version}, reads format ` +
      `${stateFormat}; go on with uc ${writer}, or count anew with another state`,
  )
}
