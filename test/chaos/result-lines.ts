/** Compares the lines of a disturbed run with those of an undisturbed one. */
import type { ResultLine } from '../../src/records.ts'

/** How often a line may stand: once, or again, but the same. */
export type Delivery = 'exactly-once' | 'at-least-once'

/** Which lines come in the order of the undisturbed run: all, or those of each window. */
export type Order = 'all' | 'windows'

const shownLines = 5

/** Which pane of which window a line shows. */
export function paneOf(line: string): string {
  const { window, start, pane, revision } = JSON.parse(line) as ResultLine
  return `${window}/${start} ${pane} ${revision}`
}

function windowOf(line: string): string {
  const { window, start } = JSON.parse(line) as ResultLine
  return `${window}/${start}`
}

/** What is wrong with `found`, in a few lines; undefined: nothing. */
export function difference(
  found: readonly string[],
  expected: readonly string[],
  delivery: Delivery,
  order: Order = 'all',
): string | undefined {
  const panes = new Map(expected.map((line) => [paneOf(line), line]))
  if (panes.size < expected.length) return 'the undisturbed run has shown a pane twice'
  const times = new Map<string, number>()
  const wrong: string[] = []
  for (const line of found) {
    const pane = paneOf(line)
    const before = times.get(pane) ?? 0
    times.set(pane, before + 1)
    const right = panes.get(pane)
    if (right === undefined) wrong.push(`not in the undisturbed run: ${line}`)
    else if (right !== line) wrong.push(`differs: ${line}\n  undisturbed: ${right}`)
    else if (before > 0 && delivery === 'exactly-once') wrong.push(`once more: ${line}`)
  }
  wrong.push(...[...panes].filter(([pane]) => !times.has(pane)).map(([, line]) => `lost: ${line}`))
  if (wrong.length === 0) {
    const inOrder = order === 'all' ? (lines: readonly string[]) => lines : byWindow
    wrong.push(...misplaced(inOrder(found), inOrder(expected), delivery))
  }
  if (wrong.length === 0) return undefined
  return `${wrong.length} of ${expected.length} lines:\n${wrong.slice(0, shownLines).join('\n')}`
}

/** Those of a window in their order. */
function byWindow(lines: readonly string[]): string[] {
  const named = lines.map((line) => ({ line, window: windowOf(line) }))
  return named.sort((a, b) => a.window < b.window ? -1 : a.window > b.window ? 1 : 0)
    .map(({ line }) => line)
}

/** Exactly once, lines come in one order; else the last of each window is the same. */
function misplaced(
  found: readonly string[],
  expected: readonly string[],
  delivery: Delivery,
): string[] {
  if (delivery === 'exactly-once') {
    const i = expected.findIndex((line, i) => line !== found[i])
    return i < 0 ? [] : [`in another order: ${found[i]}\n  undisturbed: ${expected[i]}`]
  }
  const last = new Map(found.map((line) => [windowOf(line), line]))
  const right = new Map(expected.map((line) => [windowOf(line), line]))
  return [...right].filter(([window, line]) => last.get(window) !== line)
    .map(([window, line]) => `last: ${last.get(window)}\n  undisturbed: ${line}`)
}
