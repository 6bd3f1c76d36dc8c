/**
 * uc-pipeline, suspended as by SIGSTOP or the sleep of a machine at the worst moment: when the
 * first result of a minute was handed over and has not been committed.
 */
import process from 'node:process'
import { main } from '../../src/cli/main.ts'
import { WaitingLines } from '../../src/kafka/writing/waiting-lines.ts'
import type { CountOut } from '../../src/stages/count.ts'

const suspendedMs = 5000
const { add } = WaitingLines.prototype
let isDone = false

WaitingLines.prototype.add = function (this: WaitingLines, message: CountOut): void {
  add.call(this, message)
  if (isDone || message.type !== 'result' || message.line.window !== 'minute') return
  isDone = true
  process.stderr.write('suspended\n')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, suspendedMs)
}

await main('uc-pipeline')
