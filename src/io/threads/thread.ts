/**
 * A thread that scans pieces of files. It waits while much of what it has sent is not yet taken, so
 * that memory follows neither the length of a compressed file, which is a single piece, nor what is
 * refused of a plain one, which may be each second byte.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { useCompiledScanner } from '../../kernel/module.ts'
import { buffersOf, bytesOf } from '../../kernel/scanned-lines.ts'
import {
  mostUntakenBytes,
  type Reply,
  type ScannedPiece,
  type ThreadSettings,
  type ToThread,
} from './messages.ts'
import { PieceScanner } from './piece-scanner.ts'

const port = parentPort as MessagePort
const { compiled, ...settings } = workerData as ThreadSettings
useCompiledScanner(compiled)
const scanner = new PieceScanner(settings)
const pieces: ScannedPiece[] = []
/** What each reply that is not yet taken needs of memory. */
const untakenBytes: number[] = []
let wake = () => {}

port.on('message', (message: ToThread) => {
  if ('taken' in message) taken(message.taken)
  else pieces.push(message)
  wake()
})
void run()

async function run(): Promise<never> {
  for (;;) {
    await until(() => pieces.length > 0)
    for await (const reply of scanner.scan(pieces.shift()!)) {
      send(reply)
      await until(() => sum(untakenBytes) < mostUntakenBytes)
    }
  }
}

function send(reply: Reply): void {
  untakenBytes.push(bytesOf(reply.lines))
  port.postMessage(reply, buffersOf(reply.lines))
}

function taken(memory: ArrayBuffer): void {
  untakenBytes.shift()
  scanner.reuse(memory)
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise<void>((resolve) => wake = resolve)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
