/**
 * How far all sources have come: the smallest watermark of those that are waited for. An idle
 * source is not, until it brings a frame; one that is over never is. It never goes back.
 */
export class Union {
  /** What ends by then is complete. */
  watermarkMs: number = -Infinity
  /** Unix milliseconds; -Infinity until a source has one. */
  readonly #bySource = new Map<number, number>()
  readonly #idle = new Set<number>()

  /** A frame has come: who was idle is waited for again. */
  heard(source: number): void {
    this.#idle.delete(source)
    this.exists(source)
  }

  /** From its first mark on a source holds windows open. */
  exists(source: number): void {
    if (!this.#bySource.has(source)) this.#bySource.set(source, -Infinity)
  }

  /** Every source with its watermark, and whether it is idle. */
  *sources(): Generator<readonly [source: number, watermarkMs: number, isIdle: boolean]> {
    for (const [source, watermarkMs] of this.#bySource) {
      yield [source, watermarkMs, this.#idle.has(source)]
    }
  }

  /** One that was saved. */
  restore(source: number, watermarkMs: number, isIdle: boolean): void {
    this.#bySource.set(source, watermarkMs)
    if (isIdle) this.#idle.add(source)
  }

  watermarkOf(source: number): number {
    return this.#bySource.get(source) ?? -Infinity
  }

  advance(source: number, watermarkMs: number): void {
    const isAmongLast = this.watermarkOf(source) <= this.watermarkMs || this.#idle.size > 0
    this.#bySource.set(source, watermarkMs)
    if (isAmongLast) this.#update()
  }

  idle(source: number): void {
    this.exists(source)
    this.#idle.add(source)
    this.#update()
  }

  ended(source: number): void {
    this.#idle.delete(source)
    this.#bySource.delete(source)
    if (this.#bySource.size > 0) this.#update() // with none left, the end of the input decides
  }

  /** Where nobody is waited for, the foremost has come as far as all. */
  #update(): void {
    let lastMs = Infinity
    let foremostMs = -Infinity
    for (const [source, watermarkMs] of this.#bySource) {
      if (watermarkMs > foremostMs) foremostMs = watermarkMs
      if (watermarkMs < lastMs && !this.#idle.has(source)) lastMs = watermarkMs
    }
    const isAnyAwake = this.#idle.size < this.#bySource.size
    const reachedMs = isAnyAwake ? lastMs : foremostMs
    if (reachedMs > this.watermarkMs) this.watermarkMs = reachedMs
  }
}
