/**
 * What a member tells the group of itself, the user data of its metadata: text of two lines.
 *
 *   1468244340123                             what it wishes, as its assigner words it; may be empty
 *   {"host":"a","pid":4711,"machine":"a …","started":1462441,"sessionMs":6000}        who it is
 *
 * The second line lets a process that is started after a crash see that the member before it has
 * died. Versions without it wrote the first line alone; what cannot be read says nothing.
 */
import { Buffer } from 'node:buffer'
import kafkajs, { type PartitionAssigner } from 'kafkajs'
import type { ProcessIdentity } from '../../io/process-identity.ts'

export interface MemberIdentity extends ProcessIdentity {
  /** After so long without a heartbeat the group takes it for dead. */
  readonly sessionMs: number
}

/** The assigner's own part. */
export function wishIn(userData: Uint8Array): string {
  return Buffer.from(userData).toString().split('\n', 1)[0]!
}

/** Who a member is, by its metadata as the group shows them; undefined where they do not say. */
export function identityIn(metadata: Uint8Array): MemberIdentity | undefined {
  try {
    const { userData } = kafkajs.AssignerProtocol.MemberMetadata.decode(Buffer.from(metadata))!
    const [, line = ''] = userData.toString().split('\n')
    return identityOf(JSON.parse(line))
  } catch {
    return undefined
  }
}

function identityOf(value: unknown): MemberIdentity | undefined {
  const { host, pid, machine, started, sessionMs } = Object(value) as Record<string, unknown>
  if (!isCount(pid) || !isCount(sessionMs)) return undefined
  return {
    pid,
    sessionMs,
    ...(typeof host === 'string' ? { host } : {}),
    ...(typeof machine === 'string' && isCount(started) ? { machine, started } : {}),
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** The assigner, whose members also tell who they are. */
export function introduced(assigner: PartitionAssigner, who: MemberIdentity): PartitionAssigner {
  const { MemberMetadata } = kafkajs.AssignerProtocol
  return (config) => {
    const plain = assigner(config)
    return {
      ...plain,
      protocol(subscription) {
        const { name, metadata } = plain.protocol(subscription)
        const { version, topics, userData } = MemberMetadata.decode(metadata)!
        const both = Buffer.from(`${wishIn(userData)}\n${JSON.stringify(who)}`)
        return { name, metadata: MemberMetadata.encode({ version, topics, userData: both }) }
      },
    }
  }
}
