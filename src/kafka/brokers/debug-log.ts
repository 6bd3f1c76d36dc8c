/**
 * What kafkajs logs: nothing, as what matters comes as an error and is told once; with UC_DEBUG=1
 * its messages, and of what it attaches only what is known to hold no secret: it attaches answers of
 * brokers as well, those to a login too.
 */
import type { logCreator, LogEntry } from 'kafkajs'
import { environment } from '../../io/runtime.ts'
import { tell } from '../../io/tell.ts'

const shown = ['broker', 'clientId', 'groupId', 'memberId', 'topic', 'retryCount', 'retryTime']

export function isDebugged(): boolean {
  return environment('UC_DEBUG') === '1'
}

export const debugLog: logCreator = () => isDebugged() ? log : () => {}

function log({ namespace, label, log: entry }: LogEntry): void {
  const details = shown.flatMap((key) => {
    const value: unknown = entry[key]
    return value === undefined ? [] : [` ${key}=${String(value)}`]
  })
  tell(`kafkajs ${label} ${namespace}: ${entry.message}${details.join('')}`)
}
