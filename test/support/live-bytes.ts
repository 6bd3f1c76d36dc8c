/** What is alive in this process: objects and buffers, with all garbage collected. */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

export async function liveBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) { // buffers go some time after the objects that held them
    collect()
    await sleep(20)
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}
