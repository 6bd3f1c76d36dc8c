/**
 * From a .cpuprofile of V8 to a tree of calls and a list of functions. A profile has nodes, each a function at one place in the tree of calls, and samples: the node that ran, and the
 * microseconds since the sample before.
 */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../support/paths.ts'

export interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface Call {
  readonly name: string
  /** File and line; empty for what is the runtime's own. */
  readonly where: string
  readonly ownMs: number
  /** With all that it called. */
  readonly totalMs: number
  readonly callees: readonly Call[]
}

export interface FunctionTime {
  readonly name: string
  readonly where: string
  readonly ownMs: number
  readonly ownPercent: number
  /** With all that it called; a recursion counts once. */
  readonly totalMs: number
}

export function treeOf({ nodes, samples, timeDeltas }: Profile): Call {
  const ownMs = new Map<number, number>()
  for (const [i, id] of samples.entries()) {
    ownMs.set(id, (ownMs.get(id) ?? 0) + Math.max(0, timeDeltas[i] ?? 0) / 1000)
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const callOf = (id: number): Call => {
    const { callFrame: { functionName, url, lineNumber }, children = [] } = byId.get(id)!
    const callees = children.map(callOf).sort((a, b) => b.totalMs - a.totalMs)
    const own = ownMs.get(id) ?? 0
    return {
      name: functionName || '(anonymous)',
      where: url === '' ? '' : `${placeOf(url)}:${lineNumber + 1}`,
      ownMs: own,
      totalMs: callees.reduce((sum, { totalMs }) => sum + totalMs, own),
      callees,
    }
  }
  return callOf(nodes[0]!.id)
}

/** A built file below the repository is named from there. */
function placeOf(url: string): string {
  if (!url.startsWith('file:')) return url
  const path = relative(root, fileURLToPath(url))
  return path.startsWith('..') ? fileURLToPath(url) : path
}

/** Those with the most time of their own first. */
export function functionsOf(tree: Call): readonly FunctionTime[] {
  const times = new Map<string, { name: string; where: string; ownMs: number; totalMs: number }>()
  const visit = (call: Call, callers: ReadonlySet<string>) => {
    const key = `${call.name} ${call.where}`
    const time = times.get(key) ?? { name: call.name, where: call.where, ownMs: 0, totalMs: 0 }
    times.set(key, time)
    time.ownMs += call.ownMs
    if (!callers.has(key)) time.totalMs += call.totalMs
    const inside = new Set(callers).add(key)
    for (const callee of call.callees) visit(callee, inside)
  }
  visit(tree, new Set())
  return [...times.values()].sort((a, b) => b.ownMs - a.ownMs).map((time) => {
    return { ...time, ownPercent: 100 * time.ownMs / tree.totalMs }
  })
}
