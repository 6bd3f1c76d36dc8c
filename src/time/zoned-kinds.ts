/** Kinds of window in whatever zones and weeks the lines speak of, each made once. */
import { type Calendar, calendar, type WeekDay, type WindowKind, windowName } from './calendar.ts'
import type { Zone } from './zone.ts'

export interface ZonedKind extends Pick<Calendar, 'zone' | 'weekStart' | 'timeText'> {
  readonly kind: WindowKind
}

export interface KindName {
  readonly window: string
  readonly tz: string
  readonly weekStart: WeekDay
}

export class ZonedKinds {
  readonly #zoneNamed: (name: string) => Zone
  readonly #zones = new Map<string, Zone>()
  readonly #known = new Map<string, ZonedKind>()
  #unknown: { readonly name: string; readonly error: unknown } | undefined

  constructor(zoneNamed: (name: string) => Zone) {
    this.#zoneNamed = zoneNamed
  }

  /** Throws what is wrong with the name of the window or of the zone. */
  get({ window, tz, weekStart }: KindName): ZonedKind {
    const key = `${window} ${weekStart} ${tz}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (windowName(window) !== window) throw new Error(`expected ${windowName(window)}`)
    const zone = this.#zone(tz)
    const { kinds: [kind], ...rest } = calendar({ windows: [window], zone, weekStart })
    const made = { ...rest, kind: kind! }
    this.#known.set(key, made)
    return made
  }

  /** The same wrong name stands in many lines, and to look for what is like it takes long. */
  #zone(name: string): Zone {
    if (this.#unknown?.name === name) throw this.#unknown.error
    try {
      const zone = this.#zones.get(name) ?? this.#zoneNamed(name)
      this.#zones.set(name, zone)
      return zone
    } catch (error) {
      this.#unknown = { name, error }
      throw error
    }
  }
}
