/** The head of a gzip member (RFC 1952, section 2.3), refused where gzip refuses it. */
import type { ByteQueue } from './byte-queue.ts'
import { crc32 } from './crc32.ts'
import { cut, Damage } from './damage.ts'

const flags = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 }

/** Takes the head, which has to begin with the magic bytes. */
export async function takeGzipHeader(bytes: ByteQueue): Promise<void> {
  let crc = 0
  async function take(count: number): Promise<Uint8Array> {
    const taken = await bytes.take(count)
    if (taken.length < count) throw cut()
    crc = crc32(taken, crc)
    return taken
  }
  async function skipText(): Promise<void> {
    while ((await take(1))[0] !== 0);
  }

  const head = await take(10)
  const [, , method, flag = 0] = head
  if (method !== 8) throw new Damage(`unknown method ${method}`)
  if ((flag & flags.reserved) !== 0) throw new Damage(`unknown flags ${flag}`)
  if (flag & flags.extra) {
    const [low = 0, high = 0] = await take(2)
    await take(low | high << 8)
  }
  if (flag & flags.name) await skipText()
  if (flag & flags.comment) await skipText()
  if (flag & flags.headerCrc) {
    const expected = crc & 0xffff
    const [low = 0, high = 0] = await take(2)
    if ((low | high << 8) !== expected) throw new Damage('wrong checksum of the header')
  }
}
