/** A result line as a message: its key is its window and start, and its group. */
import { Buffer } from 'node:buffer'
import type { Message } from 'kafkajs'
import { hasNames } from '../../io/result-format.ts'
import { resultJson } from '../../ndjson/result-json.ts'
import { type ResultLine, windowKey } from '../../records.ts'
import { shown } from '../../shown.ts'

export function resultMessage(line: ResultLine): Message {
  const json = resultJson(line)
  const value = Buffer.from(hasNames(line) ? shown(json) : json)
  return { key: shown(windowKey(line)), value }
}
