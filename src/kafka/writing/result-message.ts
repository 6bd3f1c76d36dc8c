/** A result line as a message: its key is its window and start. */
import { Buffer } from 'node:buffer'
import type { Message } from 'kafkajs'
import { hasNames } from '../../io/result-format.ts'
import { type ResultLine, windowKey } from '../../records.ts'
import { shown } from '../../shown.ts'

export function resultMessage(line: ResultLine): Message {
  const json = JSON.stringify(line)
  return { key: windowKey(line), value: Buffer.from(hasNames(line) ? shown(json) : json) }
}
