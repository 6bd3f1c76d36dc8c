/**
 * uc-pipeline, suspended as by SIGSTOP or the sleep of a machine at the worst moment: when the
 * first result of a minute was handed over and has not been sent.
 */
import process from 'node:process'
import type { Message } from 'kafkajs'
import { main } from '../../src/cli/main.ts'
import { Sender } from '../../src/kafka/writing/sender.ts'

const suspendedMs = 5000
const { add } = Sender.prototype
let isDone = false

Sender.prototype.add = function (this: Sender, message: Message): void {
  add.call(this, message)
  if (isDone || !String(message.key).startsWith('minute/')) return
  isDone = true
  process.stderr.write('suspended\n')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, suspendedMs)
}

await main('uc-pipeline')
