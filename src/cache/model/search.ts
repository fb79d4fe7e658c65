import { type Bounds, encode, type Fault, initial, type State } from './state.ts'
import { steps } from './steps.ts'

/** How many states there are, and the steps to one that breaks the promise. */
export interface Found {
  readonly states: number
  readonly violation: readonly string[] | undefined
}

/**
 * A model of how entries are read and dropped, searched for a read that is older than a write that had returned when
 * it started. Every command to the store is a step of its own, on each key, as on a cluster; between any two steps
 * anybody else may take theirs, and the store may lose what it holds.
 *
 * There is one row, whose state is the number of the last write to it; one entry, which depends on the tags 0 and 1;
 * and what the two tags' versions are. Entries.answer, Writes.dropAfter and Intents are the code that it speaks of.
 *
 * A writer that dies is one that has returned as soon as there is no note of it: from then on no read may be older.
 *
 * Visits every state that can be reached.
 */
export function search(bounds: Bounds, fault?: Fault): Found {
  const first = initial(bounds, fault)
  const seen = new Set([encode(first)])
  const open: { state: State; path: Path | undefined }[] = [{ state: first, path: undefined }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { state, path } = next
    for (const { name, after, stale } of steps(state, bounds, fault)) {
      const here = { name, before: path }
      if (stale) return { states: seen.size, violation: namesOf(here) }
      const code = encode(after)
      if (seen.has(code)) continue
      seen.add(code)
      open.push({ state: after, path: here })
    }
  }
  return { states: seen.size, violation: undefined }
}

interface Path {
  readonly name: string
  readonly before: Path | undefined
}

const namesOf = (path: Path | undefined): string[] => (path ? [...namesOf(path.before), path.name] : [])
