/** Raw runs as Markdown: a table per input, then what was to be reached. */
import { type Ratio, ratiosOf } from './ratios.ts'
import { type Account, type Row, rowsOf } from './runs.ts'

export function tables({ machine, skipped, runs }: Account): string {
  const rows = rowsOf(runs)
  const parts: string[] = []
  if (machine !== undefined) {
    parts.push(`${machine.machine}; medians of ${machine.runs} runs, ${machine.began.slice(0, 10)}`)
  }
  const titleOf = ({ shape, frames, bytes }: Row) => {
    return `Frames of ${shape}: ${whole(frames)} frames, ${whole(bytes / 1e6)} MB`
  }
  for (const title of new Set(rows.map(titleOf))) {
    const ofInput = rows.filter((row) => titleOf(row) === title)
    parts.push(`${title}\n\n${inputTable(ofInput)}`)
  }
  const ratios = ratiosOf(rows).filter(({ reached }) => reached !== undefined)
  if (ratios.length > 0) parts.push(ratioTable(ratios))
  if (skipped.length > 0) {
    const lines = skipped.map(({ variant, skipped }) => `- ${variant}: ${skipped}`)
    parts.push(`Not measured:\n\n${lines.join('\n')}`)
  }
  return `${parts.join('\n\n')}\n`
}

/** The fastest first, by CPU, input by input. */
function inputTable(rows: readonly Row[]): string {
  const inputs = [...new Set(rows.map(({ input }) => input))]
  const sorted = inputs.flatMap((input) => {
    return rows.filter((row) => row.input === input).sort((a, b) => a.cpu - b.cpu)
  })
  const lines = sorted.map(({ input, variant, cpu, wall, peakMb, frames, bytes }) => {
    const speeds = [bytes / 1e6 / cpu, bytes / 1e6 / wall, frames / wall].map(whole)
    const name = `\`${variant.replaceAll('|', '\\|')}\``
    const peak = peakMb === undefined ? '?' : whole(peakMb)
    return [input, name, cpu.toFixed(2), wall.toFixed(2), ...speeds, peak]
  })
  const head = [
    'input',
    'command',
    'CPU s',
    'wall s',
    'MB per CPU s',
    'MB/s',
    'frames/s',
    'peak MB',
  ]
  return table(head, lines)
}

function ratioTable(ratios: readonly Ratio[]): string {
  const lines = ratios.map(({ claim: { shape, ours, theirs, by, atLeast, aim }, reached }) => {
    const name = (side: typeof ours) => {
      return `\`${side.variant.replaceAll('|', '\\|')}\`, ${side.input}`
    }
    return [
      shape,
      name(ours),
      name(theirs),
      by === 'cpu' ? 'CPU' : 'wall',
      `${reached!.toFixed(2)} x`,
      `${atLeast} x`,
      `${aim} x`,
    ]
  })
  return table(['frames', 'ours', 'against', 'by', 'faster', 'at least', 'aim'], lines)
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [row(head), `|${'---|'.repeat(head.length)}`, ...lines.map(row)].join('\n')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
