/** Draws a Vega-Lite chart as SVG, by the packages of peers/. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { withFolder } from '../support/folder.ts'
import { shell } from '../support/shell.ts'
import { peerPackages, peers } from './providers.ts'

export async function draw(chart: unknown): Promise<string> {
  return await withFolder(async (cwd) => {
    const reason = await peerPackages(cwd)
    if (reason !== undefined) throw new Error(reason)
    const input = join(cwd, 'chart.json')
    writeFileSync(input, JSON.stringify(chart))
    const drawn = await shell(`${process.execPath} ${peers}/draw.js`, { cwd, input })
    if (drawn.status !== 0) throw new Error(`drawing failed: ${drawn.stderr}`)
    return drawn.stdout
  })
}
