/** A measure that was taken several times. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
  /** All of them, in the order in which they were taken. */
  readonly all: readonly number[]
}

/** The value below which so many hundredths of the values are. NaN of no values. */
export function percentile(values: readonly number[], hundredths: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = ((sorted.length - 1) * hundredths) / 100
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

export const median = (values: readonly number[]): number => percentile(values, 50)

export const spreadOf = (all: readonly number[]): Spread => ({
  median: median(all),
  least: Math.min(...all),
  most: Math.max(...all),
  all,
})

/** A list that begins at another of its members, so that nobody is always the first. */
export const rotated = <T>(list: readonly T[], by: number): T[] => {
  const at = by % Math.max(list.length, 1)
  return [...list.slice(at), ...list.slice(0, at)]
}

/** With so many digits that count, for a table that people read. */
export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits))
