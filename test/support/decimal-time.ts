/** The time in a number's text, by whole-number arithmetic on all of its digits. */

export type DecimalUnit = 's' | 'ms' | 'us' | 'ns'

const millisecondPower: Readonly<Record<DecimalUnit, number>> = { s: 3, ms: 0, us: -3, ns: -6 }
const lastMs = BigInt(Date.UTC(9999, 11, 31, 23, 59, 59, 999))

/** Unix milliseconds, rounded down; 'no number' or 'out of range'. */
export function decimalTime(
  text: string,
  unit: DecimalUnit,
): number | 'no number' | 'out of range' {
  const match = /^(-?)(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.exec(text)
  if (match === null) return 'no number'
  const [, sign = '', whole = '', fraction = '', exponent = 'e0'] = match
  const digits = BigInt(whole + fraction.slice(1))
  if (digits === 0n) return 0
  if (sign === '-') return 'out of range'
  const power = BigInt(exponent.slice(1)) - BigInt(fraction.slice(1).length) +
    BigInt(millisecondPower[unit])
  if (power > 15n) return 'out of range'
  if (power < -BigInt(text.length)) return 0
  const ms = power >= 0n ? digits * 10n ** power : digits / 10n ** -power
  return ms > lastMs ? 'out of range' : Number(ms)
}
