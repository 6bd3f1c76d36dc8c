/** Chunks of a pipe, on Node. */
import { readSync } from 'node:fs'
import type { ConnectOpts, SocketConstructorOpts } from 'node:net'

/** The first `count` bytes of the memory that was read into. */
export type Take = (count: number) => Uint8Array

/** A pipe holds no more on Linux. */
const chunkBytes = 64 * 1024

/** After so much of a full pipe whatever else waits has its turn. */
const bytesPerTurn = 512 * 1024

/** A chunk that tells what is there behind it at once, and so need not be awaited. */
interface PipeChunk extends Uint8Array {
  nextNow(): PipeChunk | undefined
}

/**
 * What is there behind a message of the input that has been taken, if it is a chunk that can tell.
 * Whoever does not ask is given it all the same, as any other chunk.
 */
export function nextNow<In>(taken: In): In | undefined {
  return (taken as Partial<PipeChunk>).nextNow?.() as In | undefined
}

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
  let sinceTurn = 0
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
  /** As long as the pipe is full, and nobody else has to have a turn. */
  function nextNow(): PipeChunk | undefined {
    if (count < buffer.length || sinceTurn >= bytesPerTurn) return undefined
    count = readNow(fd, buffer)
    if (count === 0) return undefined
    sinceTurn += count
    return taken()
  }

  function taken(): PipeChunk {
    return Object.assign(take(count), { nextNow })
  }

  const { Socket } = await import('node:net') // for those who need it
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
      for (let chunk: PipeChunk | undefined = taken(); chunk !== undefined; chunk = nextNow()) {
        yield chunk
        if (sinceTurn >= bytesPerTurn) sinceTurn = await turn()
      }
    }
  } finally {
    count = 0 // nothing is there any more
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
