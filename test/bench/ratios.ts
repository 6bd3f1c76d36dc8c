/**
 * What uc should reach against others: one line per claim. Each compares two medians of one bench,
 * so that both met the same noise.
 */
import type { InputKind } from './inputs.ts'
import type { Row } from './runs.ts'

interface Side {
  readonly variant: string
  readonly input: InputKind
}

interface Claim {
  readonly shape: string
  readonly ours: Side
  readonly theirs: Side
  /** `cpu`: CPU seconds; `wall`: wall time. The ratio is theirs by ours: above 1 we are faster. */
  readonly by: 'cpu' | 'wall'
  readonly atLeast: number
  readonly aim: number
}

export interface Ratio {
  readonly claim: Claim
  /** Undefined where one of the two was not measured. */
  readonly reached: number | undefined
}

const file = (variant: string): Side => ({ variant, input: 'file' })
const pipe = (variant: string): Side => ({ variant, input: 'pipe' })
const gzip = (variant: string): Side => ({ variant, input: 'gzip' })

const plain = file('uc-pipeline')
const lazy = file('uc-pipeline --parser lazy')
const threads = file('uc-pipeline --threads 2')
const onDemand = file('C++ simdjson on-demand, stops after both keys')
const processes = gzip('gzip -dc | uc-extract | uc-window | uc-count')
const inflate = gzip('gzip -dc > /dev/null')
const duckdb = (threads: string) => file(`DuckDB, ${threads}`)
const last = '2 kB, keys last'

function claim(shape: string, ours: Side, theirs: Side, rest: Omit<Claim, keyof Compared>): Claim {
  return { shape, ours, theirs, ...rest }
}
type Compared = Pick<Claim, 'shape' | 'ours' | 'theirs'>

const claims: readonly Claim[] = [
  claim('2 kB', plain, duckdb('1 thread'), { by: 'cpu', atLeast: 1.6, aim: 2.2 }),
  claim('2 kB', plain, file('C++ simdjson DOM'), { by: 'cpu', atLeast: 1, aim: 1.4 }),
  claim('2 kB', lazy, duckdb('1 thread'), { by: 'cpu', atLeast: 4, aim: 5 }),
  claim('2 kB', lazy, onDemand, { by: 'cpu', atLeast: 1, aim: 1.2 }),
  claim(last, lazy, onDemand, { by: 'cpu', atLeast: 1, aim: 1.2 }),
  claim('2 kB', threads, plain, { by: 'wall', atLeast: 1.7, aim: 1.9 }),
  claim('2 kB', threads, duckdb('2 threads'), { by: 'wall', atLeast: 1, aim: 1 }),
  claim('2 kB', gzip('uc-pipeline'), inflate, { by: 'wall', atLeast: 1.8, aim: 2.2 }),
  claim('2 kB', pipe('uc-pipeline'), plain, { by: 'wall', atLeast: 0.75, aim: 0.9 }),
  // Of what the pipe has to wait for, gzip is slower than uc-extract.
  claim('2 kB', processes, inflate, { by: 'wall', atLeast: 0.8, aim: 1 }),
]

export function ratiosOf(rows: readonly Row[]): readonly Ratio[] {
  return claims.map((claim) => {
    const value = ({ variant, input }: Side) => {
      const isIt = (row: Row) => row.variant === variant && row.input === input
      return rows.find((row) => row.shape === claim.shape && isIt(row))?.[claim.by]
    }
    const [ours, theirs] = [value(claim.ours), value(claim.theirs)]
    return { claim, reached: ours && theirs ? theirs / ours : undefined }
  })
}
