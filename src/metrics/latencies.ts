import { Histogram, type Registry } from 'prom-client'
import { hearCache } from '../cache-events.ts'

/** Seconds: from a hit of what is near to a statement that is given up. */
const BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/**
 * How long reads and calls to the database take.
 *
 * @param namespace of the cache whose events count
 * @returns what ends it
 */
export function addCacheLatencies(registry: Registry, namespace: string): () => void {
  const reads = new Histogram({
    name: 'hotshelf_read_duration_seconds',
    help: 'From a read to its answer, by how it was answered',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers: [registry],
  })
  const calls = new Histogram({
    name: 'hotshelf_database_call_duration_seconds',
    help: 'What a call to the database took, of a read that missed or of a write',
    labelNames: ['model', 'operation', 'failed'],
    buckets: BUCKETS,
    registers: [registry],
  })
  return hearCache(namespace, {
    read: ({ outcome, milliseconds }) => reads.observe({ outcome }, milliseconds / 1000),
    call: ({ model = '', operation, failed, milliseconds }) =>
      calls.observe({ model, operation, failed: String(failed) }, milliseconds / 1000),
  })
}

/** How long requests take: `observe` takes the seconds, by what bounds the number of series. */
export const createRequestLatencies = (registry: Registry) =>
  new Histogram({
    name: 'hotshelf_http_request_duration_seconds',
    help: 'From a request to the end of its answer, by route and by how the cache answered',
    labelNames: ['method', 'route', 'status', 'cache'],
    buckets: BUCKETS,
    registers: [registry],
  })
