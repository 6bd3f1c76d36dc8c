/** Whether another process has ended, told by what it said of itself; on real processes. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  hasEnded,
  isOfThisMachine,
  type ProcessIdentity,
  thisProcess,
} from '../../src/io/process-identity.ts'
import { root } from '../support/paths.ts'
import { until } from '../support/kafka-runs.ts'

const skip = process.platform === 'linux' ? false : 'only Linux tells what is needed'
const module = new URL('../../src/io/process-identity.js', import.meta.url).pathname
const telling = `const { thisProcess } = await import(${JSON.stringify(module)})
console.log(JSON.stringify(thisProcess()))
setInterval(() => {}, 1000)`

async function started(within: readonly string[] = []) {
  const line = [...within, process.execPath, '--input-type=module', '-e', telling]
  const child = spawn(line[0]!, line.slice(1), { cwd: root })
  const [text] = await once(child.stdout, 'data') as [Buffer]
  return { child, identity: JSON.parse(text.toString()) as ProcessIdentity }
}

test('a process has ended when it was killed, and not when it is suspended', { skip }, async () => {
  const { child, identity } = await started()
  assert.equal(identity.pid, child.pid)
  assert.equal(isOfThisMachine(identity), true)
  assert.equal(hasEnded(identity), false)
  child.kill('SIGSTOP')
  await sleep(50)
  assert.equal(hasEnded(identity), false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(hasEnded(identity), true)
})

test('one whose parent has not asked for its end has ended', { skip }, async () => {
  // The shell becomes a program that never waits
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'])
  try {
    const [line] = await once(parent.stdout, 'data') as [Buffer]
    const pid = Number(line.toString())
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    const identity = { ...thisProcess(), pid, started: Number(stat()[19]) }
    assert.equal(hasEnded(identity), false)
    await until('a zombie', () => stat()[0] === 'Z')
    assert.equal(hasEnded(identity), true)
  } finally {
    parent.kill()
  }
})

test('an id that was given to another process is not taken for it', { skip }, () => {
  const own = thisProcess()
  assert.equal(hasEnded(own), false)
  assert.equal(hasEnded({ ...own, started: own.started! - 1 }), true)
})

const container = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const hasContainers = spawnSync(container[0]!, [...container.slice(1), 'true']).status === 0

test('ids of another container are not compared with ours', {
  skip: skip || !hasContainers && 'a namespace of processes may not be made',
}, async () => {
  const { child, identity } = await started(container)
  try {
    assert.deepEqual([identity.pid, identity.host], [1, thisProcess().host])
    assert.equal(isOfThisMachine(identity), false)
    assert.equal(hasEnded(identity), false)
  } finally {
    child.kill('SIGKILL')
  }
})

test('of a process elsewhere, or that does not say where, nothing is known', { skip }, async () => {
  const { child, identity: { machine, ...identity } } = await started()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const [host, boot, namespace] = machine!.split(' ')
  const elsewhere = [
    `other ${boot} ${namespace}`,
    `${host} ${boot!.replace(/^./, 'x')} ${namespace}`,
    `${host} ${boot} pid:[1]`,
  ]
  for (const each of elsewhere) {
    assert.equal(hasEnded({ ...identity, machine: each }), false, each)
    assert.equal(isOfThisMachine({ ...identity, machine: each }), false, each)
  }
  assert.equal(hasEnded(identity), false)
})
