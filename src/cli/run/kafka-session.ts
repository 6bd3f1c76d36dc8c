/** The connection of a command to Kafka: made once, and its troubles in words. */
import type { Admin, Kafka } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { type ConnectionConfig, newKafka, reachBrokers } from '../../kafka/brokers/connection.ts'
import { type Place, troubleOf } from '../../kafka/brokers/trouble.ts'
import type { Session } from './session.ts'

export interface KafkaSession {
  readonly kafka: Kafka
  /** Connected; ended by `close`. */
  readonly admin: Admin
  say(text: string): void
  close(): Promise<void>
}

/** Waits for a broker that answers; a signal ends the wait. */
export async function kafkaSession(
  session: Session,
  connection: ConnectionConfig,
): Promise<KafkaSession> {
  const { say } = session
  for (const { key, line, why } of connection.idle) {
    say(`${connection.file}:${line}: ${key} has no effect: ${why}`)
  }
  await session.during(reachBrokers(connection, say))
  const kafka = newKafka(connection)
  const admin = kafka.admin()
  await session.during(admin.connect())
  return { kafka, admin, say, close: () => session.closing(admin.disconnect()) }
}

/** Errors of kafkajs as ours; others as they are. */
export function inWords(error: unknown, place: Place): unknown {
  const isKafkas = error instanceof Error && error.name.startsWith('KafkaJS')
  if (error instanceof UcError || !isKafkas) return error
  return new UcError('failed', troubleOf(error, place), { cause: error })
}
