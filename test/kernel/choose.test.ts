/** Which kernel serves, and that the commands count the same with either. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { withFolder } from '../support/folder.ts'
import { denoPath, root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import { usualKeys } from '../support/keys.ts'

/** As where WebAssembly has no SIMD; whoever compiled nevertheless would fail. */
const withoutSimd = `
WebAssembly.validate = () => false
WebAssembly.Module = class { constructor() { throw new Error('compiled nevertheless') } }
`

const commands = [
  'uc-pipeline broken.jsonl',
  'uc-extract broken.jsonl',
  'uc-pipeline --parser lazy s.jsonl',
]

test('where WebAssembly has no SIMD the twin serves, and the commands print the same', async () => {
  await withFolder(async (cwd) => {
    const preload = join(cwd, 'without-simd.mjs')
    writeFileSync(preload, withoutSimd)
    const environment = { NODE_OPTIONS: `--import ${pathToFileURL(preload)}` }
    await shell('uc-generate -c 2000 -r 20 -d 5 -o s.jsonl', { cwd })
    await shell('uc-generate -c 2000 -r 20 -d 5 --broken 5 -o broken.jsonl', { cwd })
    for (const command of commands) {
      const script = `${command} 2>&1`
      const expected = await shell(script, { cwd })
      assert.ok(expected.stdout.length > 100, expected.stdout)
      assert.deepEqual(await shell(script, { cwd, environment }), expected, command)
    }
  })
})

const compiles = `
  const { wasmKernel } = await import('${pathToFileURL(join(root, 'dist/src/kernel/wasm.js'))}')
  const kernel = wasmKernel({ ...${JSON.stringify(usualKeys)}, tsUnit: 's', maxLineBytes: 1000 })
  kernel.scan(new TextEncoder().encode('{"uid":"a","ts":1}\\n'), 0, 19)
  console.log(kernel.columns.count, kernel.linesByTwin)
`

for (
  const [runtime, command] of [
    ['Node', `"${process.execPath}" --input-type=module`],
    ['Deno', `"${denoPath}" run --no-prompt -`],
  ] as const
) {
  test(`WebAssembly serves on ${runtime}, without any permission`, async () => {
    await withFolder(async (cwd) => {
      const input = join(cwd, 'script.mjs')
      writeFileSync(input, compiles)
      const { stdout, stderr } = await shell(command, { cwd, input })
      assert.equal(stdout, '1 0\n', stderr)
    })
  })
}
