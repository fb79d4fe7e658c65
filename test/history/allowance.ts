import { findViolations, type Operation, type Violation } from './checker.ts'

/** A time in which some process could not reach Redis, in milliseconds of the history's clock. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * The violations in a history during which some process could not reach Redis for a while. What was written in such a
 * span binds the process that wrote it as ever, and the others only from the span's end on: until then its drop may be
 * owed. What was written before or after it has no allowance.
 */
export function findViolationsBeside(history: readonly Operation[], spans: readonly Span[]): Violation[] {
  const late = (operation: Operation): Operation => {
    const { sets, adds, end } = operation
    const span = sets.length + adds.length > 0 && spans.find(({ from, to }) => end > from && end < to)
    return span ? { ...operation, end: span.to } : operation
  }
  const toOthers = history.map(late)
  return [...new Set(history.map(({ server }) => server))].flatMap((server) => {
    const told = history.map((operation, index) =>
      operation.server === server ? operation : (toOthers[index] ?? operation),
    )
    return findViolations(told).filter(({ read }) => read.server === server)
  })
}
