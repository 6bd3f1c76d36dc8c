/** A tree of calls as a flame graph, in Vega-Lite: as wide as the time, callers above callees. */
import type { Call } from './profile-tree.ts'

const widthPixels = 1200
const rowPixels = 18
const glyphPixels = 6.2

/** Root at the top. What is narrower than two pixels is left out. */
export function flameChart(tree: Call): unknown {
  const pixelsOf = (ms: number) => ms / tree.totalMs * widthPixels
  const values: object[] = []
  const place = (call: Call, fromMs: number, depth: number) => {
    const room = Math.floor(pixelsOf(call.totalMs) / glyphPixels) - 1
    const label = call.name.length <= room ? call.name : room < 3 ? '' : call.name.slice(0, room)
    const percent = (100 * call.totalMs / tree.totalMs).toFixed(1)
    const description = `${call.name} ${call.where} ${call.totalMs.toFixed(1)} ms, ${percent} %`
    values.push({
      from: fromMs,
      to: fromMs + call.totalMs,
      depth,
      label,
      description,
      kind: kindOf(call),
    })
    let at = fromMs
    for (const callee of call.callees) {
      if (pixelsOf(callee.totalMs) >= 2) place(callee, at, depth + 1)
      at += callee.totalMs
    }
  }
  place(tree, 0, 0)
  const depths = 1 + Math.max(...values.map((value) => (value as { depth: number }).depth))
  const scale = { domain: [0, tree.totalMs], nice: false }
  const x = { field: 'from', type: 'quantitative', scale, title: 'ms' }
  const y = { field: 'depth', type: 'ordinal', axis: null }
  const color = {
    field: 'kind',
    type: 'nominal',
    title: null,
    scale: { domain: ['uc', 'packages', 'runtime'], range: ['#f4a261', '#e9c46a', '#b8c4ce'] },
  }
  return {
    width: widthPixels,
    height: depths * rowPixels,
    background: 'white',
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: 'rect', stroke: 'white' },
        encoding: { x, x2: { field: 'to' }, color, description: { field: 'description' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 3, fontSize: 10 },
        encoding: { x, text: { field: 'label' } },
      },
    ],
  }
}

/** WASM is our own kernel. */
function kindOf({ where }: Call): 'uc' | 'packages' | 'runtime' {
  if (where === '' || where.startsWith('node:')) return 'runtime'
  return /^(dist\/|wasm:)/.test(where) ? 'uc' : 'packages'
}
