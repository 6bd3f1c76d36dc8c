/**
 * Which shard has how much of a window. Lines of one shard are states of the same count, of which
 * the furthest holds (`join`); what different shards have adds up. So a line that is united twice,
 * or in another order, or with what holds it already, changes nothing, as long as shards have names.
 * Lines without one are the shard of the input that they stand in.
 */
import type { Pane, ResultLine, ShardCount } from '../records.ts'

export interface Share {
  readonly frames: number
  readonly isEarly: boolean
  readonly revision: number
}

/** By the name of the shard, or the number of the input where it has none. */
export type Shares = Map<string | number, Share>

/** Of a line, or of what is kept of it. */
type SharedLine = Pick<ResultLine, 'frames' | 'pane' | 'revision'> & {
  readonly shard?: string | undefined
  readonly shards?: ResultLine['shards'] | undefined
}

export function sharesOf(line: SharedLine, source: number): Shares {
  const { shard, shards, frames, pane, revision = 0 } = line
  if (shards === undefined) {
    return new Map([[shard ?? source, { frames, isEarly: pane === 'early', revision }]])
  }
  return new Map(
    Object.entries(shards).map(([name, { frames, pane, revision = 0 }]) => {
      return [name === '' ? source : name, { frames, isEarly: pane === 'early', revision }]
    }),
  )
}

/** Two states of the same count: frames only become more, and what is complete stays so. */
export function join(a: Share, b: Share): Share {
  return {
    frames: Math.max(a.frames, b.frames),
    isEarly: a.isEarly && b.isEarly,
    revision: Math.max(a.revision, b.revision),
  }
}

/** Two counts of different frames. */
export function sum(a: Share, b: Share): Share {
  return {
    frames: a.frames + b.frames,
    isEarly: a.isEarly || b.isEarly,
    revision: Math.max(a.revision, b.revision),
  }
}

/** Adds the shares of `others` to `shares`, those of one shard by `combine`. */
export function take(shares: Shares, others: Shares, combine: typeof join): void {
  for (const [shard, share] of others) {
    const known = shares.get(shard)
    shares.set(shard, known === undefined ? share : combine(known, share))
  }
}

/** Whether `shares` has all that `others` has. */
export function covers(shares: Shares, others: Shares): boolean {
  return [...others].every(([shard, { frames, isEarly, revision }]) => {
    const share = shares.get(shard)
    return share !== undefined && share.frames >= frames && share.revision >= revision &&
      (isEarly || !share.isEarly)
  })
}

/** Whether a shard that both name is complete in both, of one revision, and not of equal frames. */
export function contradict(shares: Shares, others: Shares): boolean {
  return [...others].some(([shard, { frames, isEarly, revision }]) => {
    const share = typeof shard === 'string' ? shares.get(shard) : undefined
    return share !== undefined && !share.isEarly && !isEarly && share.revision === revision &&
      share.frames !== frames
  })
}

type ShardFields = Pick<ResultLine, 'shard' | 'shards'>
type PaneFields = Pick<ResultLine, 'revision'> & { readonly pane: Pane; readonly frames: number }

/** What a line says of the shards in it: nothing where none has a name. */
export function shardFields(shares: Shares): ShardFields {
  const names = [...shares.keys()].filter((shard) => typeof shard === 'string').sort()
  if (names.length === 0) return {}
  if (shares.size === 1) return { shard: names[0]! }
  const unnamed = [...shares].filter(([shard]) => typeof shard === 'number')
  const counts: [string, ShardCount][] = names.map((name) => [name, countOf(shares.get(name)!)])
  if (unnamed.length > 0) {
    counts.unshift(['', countOf(unnamed.map(([, share]) => share).reduce(sum))])
  }
  return { shards: Object.fromEntries(counts) }
}

/** A window is early as long as it is so in one of its shards. */
export function paneFields(shares: Shares): PaneFields {
  const { frames, isEarly, revision } = [...shares.values()].reduce(sum)
  if (isEarly) return { frames, pane: 'early' }
  return { frames, pane: revision > 0 ? 'late' : 'on-time', revision }
}

function countOf({ frames, isEarly, revision }: Share): ShardCount {
  if (isEarly) return revision > 0 ? { frames, pane: 'early', revision } : { frames, pane: 'early' }
  return revision > 0 ? { frames, revision } : { frames }
}
