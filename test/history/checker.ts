/*
 * Finds the answers that were older than the last write that had ended before they were asked for: the promise of the
 * cache, seen from outside. Only the order of what did not overlap counts, so a history of many processes needs but one
 * clock, that of the process which asked them. The idea is that of a regular register (Lamport, 1986).
 */

/** What a register holds; null is nothing, as before the first write. */
export type Value = string | number | true | null

export interface Cell {
  readonly register: string
  readonly value: Value
}

export interface Count {
  readonly counter: string
  readonly value: number
}

/** One request: what it changed, and what its answer told. */
export interface Operation {
  readonly name: string
  /** The number of the server that was asked. */
  readonly server?: number
  /** Milliseconds of the one clock. */
  readonly start: number
  /** Infinity for a write of which nobody knows whether it took effect: it may do so at any time. */
  readonly end: number
  readonly sets: readonly Cell[]
  readonly sees: readonly Cell[]
  /** Changes of counters, by 1 or -1. */
  readonly adds: readonly Count[]
  readonly counts: readonly Count[]
}

export interface Violation {
  readonly read: Operation
  /** What the read told. */
  readonly told: string
  /** Why that could not be, by the writes that say so. */
  readonly because: string
}

/** Every answer in a history that no order of its overlapping writes explains. */
export function findViolations(history: readonly Operation[]): Violation[] {
  const registers = group(history, ({ sets }) => sets.map(({ register, value }) => [register, value]))
  const counters = group(history, ({ adds }) => adds.map(({ counter, value }) => [counter, value]))
  const pasts = new Map([...registers].map(([register, writes]) => [register, new Past(writes)]))
  const tallies = new Map([...counters].map(([counter, changes]) => [counter, new Tally(changes)]))
  return history.flatMap((read) => [
    ...read.sees.flatMap(({ register, value }) => {
      const because = (pasts.get(register) ?? NO_PAST).objection(read, value)
      return because === undefined ? [] : [{ read, told: `${register} is ${value}`, because }]
    }),
    ...read.counts.flatMap(({ counter, value }) => {
      const because = (tallies.get(counter) ?? NO_TALLY).objection(read, value)
      return because === undefined ? [] : [{ read, told: `${counter}: ${value}`, because }]
    }),
  ])
}

/** A violation in a few lines, for people. */
export const describe = ({ read, told, because }: Violation): string =>
  `${show(read)}\n  told: ${told}\n  but ${because}`

interface Write {
  readonly by: Operation
  readonly value: Value
}

/** All writes of a register. */
class Past {
  private readonly writes: readonly Write[]
  /** Those that ended, in that order, each with the one that had started last among it and those before it. */
  private readonly ended: readonly { readonly end: number; readonly newest: Operation }[]

  constructor(writes: readonly Write[]) {
    this.writes = writes
    let newest: Operation | undefined
    this.ended = writes
      .map(({ by }) => by)
      .filter(({ end }) => end !== Infinity)
      .sort((a, b) => a.end - b.end)
      .map((by) => {
        newest = newest && newest.start > by.start ? newest : by
        return { end: by.end, newest }
      })
  }

  /** Why a read could not find a value; undefined where it could. */
  objection(read: Operation, value: Value): string | undefined {
    const newest = this.ended[before(this.ended, ({ end }) => end < read.start) - 1]?.newest
    const sources = this.writes.filter((write) => write.value === value && write.by.start <= read.end)
    if (value === null && !newest) return undefined
    if (sources.some(({ by }) => !newest || by.end >= newest.start)) return undefined
    const source = sources.at(-1)?.by
    if (!newest || (!source && value !== null)) return 'nobody had written that'
    return `${source ? `that is of\n    ${show(source)}\n  and ` : ''}this had been written since:\n    ${show(newest)}`
  }
}

/** All changes of a counter. */
class Tally {
  private readonly up: Span
  private readonly down: Span

  constructor(changes: readonly Write[]) {
    this.up = new Span(changes.filter(({ value }) => value === 1))
    this.down = new Span(changes.filter(({ value }) => value === -1))
  }

  /** Why a read could not count so many; undefined where it could. */
  objection(read: Operation, value: number): string | undefined {
    const least = this.up.surely(read) - this.down.possibly(read)
    const most = this.up.possibly(read) - this.down.surely(read)
    return value >= least && value <= most ? undefined : `there were from ${least} to ${most}`
  }
}

class Span {
  private readonly starts: readonly number[]
  private readonly ends: readonly number[]

  constructor(changes: readonly Write[]) {
    this.starts = changes.map(({ by }) => by.start).sort((a, b) => a - b)
    this.ends = changes.map(({ by }) => by.end).sort((a, b) => a - b)
  }

  /** How many had ended when the read began. */
  surely(read: Operation): number {
    return before(this.ends, (end) => end < read.start)
  }

  /** How many had begun when the read ended. */
  possibly(read: Operation): number {
    return before(this.starts, (start) => start <= read.end)
  }
}

const NO_PAST = new Past([])
const NO_TALLY = new Tally([])

/** How many items at the beginning of a sorted list fulfil a condition. */
function before<T>(items: readonly T[], condition: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && condition(item)) low = middle + 1
    else high = middle
  }
  return low
}

function group(
  history: readonly Operation[],
  changes: (by: Operation) => readonly (readonly [string, Value])[],
): Map<string, Write[]> {
  const groups = new Map<string, Write[]>()
  for (const by of history) {
    for (const [name, value] of changes(by)) {
      const writes = groups.get(name) ?? []
      writes.push({ by, value })
      groups.set(name, writes)
    }
  }
  return groups
}

const show = ({ name, start, end }: Operation): string =>
  `${name} (${start.toFixed(2)} to ${end.toFixed(2)} ms)`
