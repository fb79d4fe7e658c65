/** A time, in milliseconds of one clock. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** How long at least one of some spans lasted, in milliseconds: what goes on at once counts once. */
export function lengthOf(spans: readonly Span[]): number {
  let length = 0
  let reached = Number.NEGATIVE_INFINITY
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    if (end > reached) length += end - Math.max(start, reached)
    reached = Math.max(reached, end)
  }
  return length
}
