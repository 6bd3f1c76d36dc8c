/**
 * What a command needs to reach Kafka: flag above environment above `--kafka-config` above default.
 * An option takes part by naming its key in that file.
 */
import { type ClientConfig, readClientConfig } from '../kafka/config/client-config.ts'
import type { ConnectionConfig } from '../kafka/brokers/connection.ts'
import {
  type AnyOption,
  type OptionTable,
  type Parsed,
  valueOfText,
  type Values,
} from './option.ts'
import type { KafkaOptions } from './options/kafka.ts'

export interface Settled<Table> {
  readonly values: Values<Table>
  readonly connection: ConnectionConfig
}

/** Reads the file that is named, if one is; `options` is the table that was parsed. */
export function settle<Table extends KafkaOptions>(
  options: Table,
  { values, given, inEnvironment }: Parsed<Table>,
): Settled<Table> {
  const { kafkaConfig, connectTimeout }: Values<KafkaOptions> = values
  const client = readClientConfig(kafkaConfig)
  const settled = {
    ...values,
    ...valuesFromFile(options, new Set([...given.keys(), ...inEnvironment]), client),
  }
  const { brokers }: Values<KafkaOptions> = settled
  return {
    values: settled,
    connection: { ...client, brokers, connectTimeoutMs: connectTimeout },
  }
}

function valuesFromFile(
  options: OptionTable,
  given: ReadonlySet<AnyOption>,
  { file = '', options: properties }: ClientConfig,
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, option] of Object.entries(options)) {
    const property = properties.get(option.property ?? '')
    if (property === undefined || given.has(option)) continue
    const place = `${file}:${property.line}: ${option.property}`
    values[key] = valueOfText(option, property.value.trim(), place)
  }
  return values
}
