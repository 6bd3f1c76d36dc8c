/** The connection of a command to Kafka: made once, and its troubles in words. */
import type { Admin, Kafka } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { type ConnectionConfig, newKafka, reachBrokers } from './connection.ts'
import { type KafkaPlace, troubleOf } from './trouble.ts'

/** How the run waits for brokers: a signal ends each wait. */
export interface Waiting {
  say(text: string): void
  /** Before anything is read. */
  during<T>(work: Promise<T>): Promise<T>
  /** Until brokers have what is sent. */
  sending(work: Promise<void>): Promise<void>
  /** Until connections are closed. */
  closing(work: Promise<void>): Promise<void>
}

export interface KafkaSession {
  readonly kafka: Kafka
  /** Connected; ended by `close`. */
  readonly admin: Admin
  say(text: string): void
  close(): Promise<void>
}

/** Waits for a broker that answers; a signal ends the wait. */
export async function kafkaSession(
  waiting: Waiting,
  connection: ConnectionConfig,
): Promise<KafkaSession> {
  const { say } = waiting
  for (const { key, line, why } of connection.idle) {
    say(`${connection.file}:${line}: ${key} has no effect: ${why}`)
  }
  await waiting.during(reachBrokers(connection, say))
  const kafka = newKafka(connection)
  const admin = kafka.admin()
  await waiting.during(admin.connect())
  return { kafka, admin, say, close: () => waiting.closing(admin.disconnect()) }
}

/** Errors of kafkajs as ours; others as they are. */
export function inWords(error: unknown, place: KafkaPlace): unknown {
  const isKafkas = error instanceof Error && error.name.startsWith('KafkaJS')
  if (error instanceof UcError || !isKafkas) return error
  return new UcError('failed', troubleOf(error, place), { cause: error })
}
