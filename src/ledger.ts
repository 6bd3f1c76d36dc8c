/**
 * The accounts of a run: nothing may disappear, so every line read is found again as malformed, left
 * out, quarantined, out of range, counted or expired. Stages count in accounts of their own, which the
 * ledger sums; `imbalance` holds the sums together.
 */
import type { Account, Word } from './account.ts'
import type { Counts, MergeCounts, WindowCounts } from './records.ts'

/** Has the words that some stage has. */
export type Total = Account & Required<Pick<Account, 'lines' | 'malformed' | 'frames'>>

/** A misspelled word would not be summed. */
type NoOther<Own> = Record<Exclude<keyof Own, keyof Account>, (counts: never) => void>

export class Ledger {
  /** In the order in which the stages were made. */
  readonly accounts: Account[] = []
  readonly #shares = new Set<Ledger>()

  /** Takes up an account in which a stage counts. */
  open<Own extends Account>(account: Own & NoOther<Own>): Own {
    this.accounts.push(account)
    return account
  }

  /** A ledger whose accounts count here, too, until it is told to leave. */
  share(): Ledger {
    const share = new Ledger()
    this.#shares.add(share)
    return share
  }

  /** What is accounted for there is another process's. */
  leave(share: Ledger): void {
    this.#shares.delete(share)
  }

  /** New stages will open theirs; those of the stages before count no more. */
  beginAnew(): void {
    this.accounts.length = 0
    this.#shares.clear()
  }

  *#all(): Generator<Account> {
    yield* this.accounts
    for (const share of this.#shares) yield* share.#all()
  }

  /** All accounts as one, but those of a kind of window. */
  get total(): Total {
    const total = { lines: 0, malformed: 0, frames: 0, unread: 0 }
    for (const account of this.#all()) if (account.kind === undefined) add(account, total)
    total.lines -= total.unread
    total.frames -= total.unread
    return total
  }

  /** Per kind of window, in the order of the kinds. */
  get windows(): ReadonlyMap<string, WindowCounts> {
    const sums = new Map<string, Account>()
    for (const { kind, ...account } of this.#all()) {
      if (kind !== undefined) sums.set(kind, add(account, sums.get(kind) ?? {}))
    }
    return new Map(
      [...sums].map(([kind, { counted, expired = 0, partly = 0 }]) => {
        const counts = { ...(counted !== undefined && { counted }), expired }
        return [kind, { ...counts, ...(partly !== 0 && { partly }) }]
      }),
    )
  }

  /** The first sum that does not hold, in words; undefined when all do. */
  imbalance(): string | undefined {
    const { merged, unmergeable, expired, replaced } = this.total
    const { lines, malformed, frames, leftOut = 0, accepted, windows = {} } = this.counts()
    const { quarantined = 0, outOfRange = 0, held = 0 } = this.counts()
    if (merged !== undefined) {
      if (lines === malformed + unmergeable! + expired! + replaced! + merged) return undefined
      return `${lines} lines are not ${malformed} malformed + ${unmergeable} unmergeable + ` +
        `${expired} expired + ${replaced} replaced + ${merged} merged`
    }
    if (lines !== malformed + frames) {
      return `${lines} lines are not ${malformed} malformed + ${frames} frames`
    }
    if (accepted === undefined) return undefined
    if (frames !== leftOut + accepted + quarantined + outOfRange + held) {
      return `${frames} frames are not ${leftOut !== 0 ? `${leftOut} left out + ` : ''}` +
        `${accepted} accepted + ${quarantined} quarantined + ${outOfRange} out of range` +
        (held !== 0 ? ` + ${held} held` : '')
    }
    for (const [kind, { counted, expired }] of Object.entries(windows)) {
      if (counted !== undefined && accepted !== counted + expired) {
        return `${kind}: ${accepted} accepted are not ${counted} counted + ${expired} expired`
      }
    }
    return undefined
  }

  toJSON(): Counts | MergeCounts {
    const { lines, malformed, merged, ...counts } = this.total
    if (merged === undefined) return this.counts()
    const { unmergeable = 0, expired = 0, replaced = 0, written = 0 } = counts
    return { lines, malformed, unmergeable, expired, replaced, merged, written }
  }

  counts(): Counts {
    const {
      lines,
      malformed,
      frames,
      accepted,
      quarantined = 0,
      outOfRange = 0,
      held = 0,
      ...rest
    } = this.total
    const notUtf8 = Math.max(rest.notUtf8 ?? 0, rest.toldNotUtf8 ?? 0) // not all have come
    const leftOut = (rest.leftOut ?? 0) + (rest.leftOutBefore ?? 0)
    return {
      lines,
      malformed,
      frames,
      ...(notUtf8 > 0 && { notUtf8 }),
      ...(leftOut !== 0 && { leftOut }),
      ...(accepted !== undefined && {
        accepted,
        quarantined,
        outOfRange,
        ...(held !== 0 && { held }),
        windows: Object.fromEntries(this.windows),
      }),
    }
  }
}

function add(account: Account, sum: Account): Account {
  for (const [word, count] of Object.entries(account) as [Word, number][]) {
    sum[word] = (sum[word] ?? 0) + count
  }
  return sum
}
