/** Names of keys as the kernel takes them. */
import type { FrameKeys } from '../../src/kernel/frame-parser.ts'
import { keyName } from '../../src/kernel/key-name.ts'

export function keysOf(
  uidKey: string | readonly string[],
  tsKey: string | readonly string[],
): FrameKeys {
  return { uidKeys: [uidKey].flat().map(keyName), tsKeys: [tsKey].flat().map(keyName) }
}

export const usualKeys: FrameKeys = keysOf('uid', 'ts')
