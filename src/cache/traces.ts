import { tracingChannel } from 'node:diagnostics_channel'

/**
 * A read, a write, a call to the database within either, or a drop. Told of on the tracing channel `hotshelf`, so that
 * what one is part of is known by the async context.
 */
export interface Trace {
  readonly namespace: string
  readonly kind: 'read' | 'write' | 'call' | 'drop'
  /** Undefined for a raw statement, and for a drop. */
  readonly model: string | undefined
  readonly operation: string
}

export const traces = tracingChannel<unknown, Trace>('hotshelf')

/** Whether anybody listens. Asked first where a trace would cost something. */
export const isTraced = (): boolean => traces.start.hasSubscribers

/** Does some work, told of where anybody listens. */
export const traced = <T>(trace: Trace, work: () => Promise<T>): Promise<T> =>
  isTraced() ? traces.tracePromise(work, trace) : work()
