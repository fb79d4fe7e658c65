import { readerSteps } from './reader-steps.ts'
import { type Bounds, copy, type Fault, type State } from './state.ts'
import { writerSteps } from './writer-steps.ts'

export interface Step {
  readonly name: string
  readonly after: State
  /** Whether a read ends in it that answers with less than had returned when it started. */
  readonly stale: boolean
}

/** Every step that somebody may take next. */
export function* steps(state: State, bounds: Bounds, fault: Fault | undefined): Generator<Step> {
  const step = (name: string, take: (after: State) => boolean | undefined): Step => {
    const after = copy(state)
    const stale = take(after) === true
    return { name, after, stale }
  }
  for (const [index, writer] of state.writers.entries())
    yield* writerSteps(state, writer, index, step, bounds.crashes > 0, fault)
  for (const [index, reader] of state.readers.entries())
    yield* readerSteps(reader, index, step, bounds, fault)
  if (state.evictions > 0) {
    for (const tag of [0, 1])
      if (state.versions[tag])
        yield step(`version ${tag} is evicted`, (after) => {
          after.versions[tag] = 0
          after.evictions--
        })
    if (state.entry)
      yield step('the entry is evicted', (after) => {
        after.entry = undefined
        after.evictions--
      })
  }
  if (state.flushes > 0 && (state.entry || state.versions.some(Boolean)))
    yield step('all is flushed', (after) => {
      after.entry = undefined
      after.versions = [0, 0]
      after.flushes--
    })
}

export type Take = (name: string, take: (after: State) => boolean | undefined) => Step
