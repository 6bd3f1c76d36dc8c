/** Why compressed data cannot be read further. */
export class Damage extends Error {
  /** Whether the data just ends, rather than is wrong. */
  readonly isCut: boolean

  constructor(what: string, isCut = false) {
    super(what)
    this.isCut = isCut
  }
}

export function cut(): Damage {
  return new Damage('cut short', true)
}
