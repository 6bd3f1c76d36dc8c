/** The limit of a control group, from files as systems have them, and of a real group. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'
import { groupLimit } from '../../src/io/cgroup.ts'
import { withFolder } from '../support/folder.ts'
import { shell } from '../support/shell.ts'

type Files = Readonly<Record<string, string>>

const limitIn = (files: Files) => groupLimit((path) => files[path])

const systems: readonly (readonly [string, Files, number | undefined])[] = [
  ['a container, version 2', {
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.max': '536870912\n',
  }, 536_870_912],
  ['a service without a limit in a slice that has one', {
    '/proc/self/cgroup': '0::/system.slice/uc.service\n',
    '/sys/fs/cgroup/system.slice/memory.max': '1073741824\n',
    '/sys/fs/cgroup/system.slice/uc.service/memory.max': 'max\n',
  }, 1_073_741_824],
  ['a container, version 1, that is told the path of the host', {
    '/proc/self/cgroup': '5:cpu,cpuacct:/docker/ab:c\n4:memory:/docker/ab:c\n0::/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '268435456\n',
    '/sys/fs/cgroup/memory.max': 'max\n',
  }, 268_435_456],
  ['groups without a limit', {
    '/proc/self/cgroup': '0::/user.slice/session-1.scope\n',
    '/sys/fs/cgroup/user.slice/memory.max': 'max\n',
  }, undefined],
  ['another system', {}, undefined],
]

for (const [name, files, expected] of systems) {
  test(`the limit that holds is found: ${name}`, () => {
    assert.equal(limitIn(files), expected)
  })
}

const group = `/sys/fs/cgroup/memory/uc-test-${process.pid}`

/** Only the administrator may, and only where version 1 is in use; as a user of `docker run` does. */
function madeGroup(): boolean {
  try {
    mkdirSync(`${group}/inner`, { recursive: true })
    writeFileSync(`${group}/memory.limit_in_bytes`, '200M')
    return readFileSync(`${group}/memory.limit_in_bytes`, 'utf8').trim() === `${200 * 2 ** 20}`
  } catch {
    return false
  }
}

test('three quarters of the limit of the group around ours end a run', async (context) => {
  if (!madeGroup()) return context.skip('no control group of version 1 may be made here')
  try {
    await withFolder(async (cwd) => {
      const { stderr, status } = await shell(
        `echo $$ > ${group}/inner/cgroup.procs
        awk 'BEGIN { while (i++ < 4e5) print "{\\"uid\\":1,\\"ts\\":" i * 60 "}" }' |
          uc-pipeline --order none > out`,
        { cwd },
      )
      assert.match(
        stderr,
        /memory: \d+ MiB in use.*, --max-memory allows 150; [\d,]+ windows are open/,
      )
      assert.equal(status, 1)
    })
  } finally {
    rmdirSync(`${group}/inner`)
    rmdirSync(group)
  }
})
