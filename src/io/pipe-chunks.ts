/** Chunks of a pipe, on Node. */
import { readSync } from 'node:fs'
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net'

/** The first `count` bytes of the memory that was read into. */
export type Take = (count: number) => Uint8Array

/** A pipe holds no more on Linux. */
const chunkBytes = 64 * 1024

/** After so much of a full pipe whatever else waits has its turn. */
const bytesPerTurn = 2 * 2 ** 20

/**
 * By one buffer: process.stdin makes a new one for every read, and reading the descriptor in the
 * thread pool would keep the process from ending meanwhile. As long as the pipe is full it is read
 * directly, which spares the system three calls for each chunk.
 */
export async function* pipeChunks(
  fd: number,
  memory: Uint8Array,
  take: Take,
): AsyncGenerator<Uint8Array> {
  const buffer = memory.subarray(0, chunkBytes)
  let count = 0
  let isOver = false
  let failure: Error | undefined
  let wake = () => {}
  const options: ConnectOpts & SocketConstructorOpts = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(received) {
        count = received
        wake()
        return false // pauses until the next chunk is asked for
      },
    },
  }
  const socket = new Socket(options)
  socket.on('error', (error) => failure = error)
  socket.on('close', () => {
    isOver = true
    wake()
  })
  try {
    for (;;) {
      count = 0
      const woken = new Promise<void>((resolve) => wake = resolve)
      socket.resume()
      if (count === 0 && !isOver) await woken
      if (count === 0) {
        if (failure !== undefined) throw failure
        return
      }
      yield take(count)
      for (let sinceTurn = 0; count === buffer.length; sinceTurn += count) {
        if (sinceTurn >= bytesPerTurn) sinceTurn = await turn()
        count = readNow(fd, buffer)
        if (count > 0) yield take(count)
      }
    }
  } finally {
    socket.destroy()
  }
}

/** 0 where nothing is there now, or ever. */
function readNow(fd: number, buffer: Uint8Array): number {
  try {
    return readSync(fd, buffer)
  } catch {
    return 0 // the socket will tell, if it is more than that the pipe is empty
  }
}

/** Signals and timers have waited. */
export async function turn(): Promise<0> {
  await new Promise(setImmediate)
  return 0
}
