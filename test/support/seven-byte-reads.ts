/**
 * Preloaded by `node --import`: every read of a file gives 7 bytes at most, every chunk of a pipe is
 * handed out in pieces of 7. What a command prints must not change by it.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'

const most = 7

const { read } = fs
type Read = (
  fd: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: null,
  callback: () => void,
) => void
const readSeven: Read = (fd, buffer, offset, length, position, callback) => {
  read(fd, buffer, offset, Math.min(length, most), position, callback)
}
Object.assign(fs, { read: readSeven })
syncBuiltinESMExports()

const chunks = process.stdin[Symbol.asyncIterator].bind(process.stdin)
Object.assign(process.stdin, {
  async *[Symbol.asyncIterator]() {
    for await (const chunk of chunks()) {
      for (let start = 0; start < chunk.length; start += most) {
        yield chunk.subarray(start, start + most)
      }
    }
  },
})
