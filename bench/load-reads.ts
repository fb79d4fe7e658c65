import autocannon from 'autocannon'
import { createLatencies, type Latency } from './latency.ts'
import { rotated } from './statistics.ts'

export interface Load {
  readonly url: string
  readonly connections: number
  readonly seconds: number
}

export interface Loaded {
  readonly requests: number
  readonly seconds: number
  /** Requests that were answered with no 2xx, or not at all. */
  readonly failed: number
  readonly latency: Latency
}

/** Milliseconds between two looks at whether the load is to end. */
const LOOK = 50

/** Seconds that a slow server gets for its first answer, since a rate of none would be no rate. */
const PATIENCE = 60

/**
 * Asks for the paths in turn, on each connection from another one on, as soon as the answer before is there.
 */
export async function readLoad({ paths, ...load }: Load & { paths: readonly string[] }): Promise<Loaded> {
  let clients = 0
  const requests = paths.map((path) => ({ method: 'GET' as const, path }))
  return runLoad(load, {
    setupClient(client) {
      const by = Math.floor((clients++ / load.connections) * requests.length)
      client.setRequests(rotated(requests, by))
    },
  })
}

/** Runs autocannon until the first answer after the time, and counts what its own sums round. */
export async function runLoad(
  { url, connections, seconds }: Load,
  more: Partial<autocannon.Options>,
): Promise<Loaded> {
  const latencies = createLatencies()
  let bad = 0
  const start = performance.now()
  let end = start
  const { errors, timeouts } = await new Promise<autocannon.Result>((resolve, reject) => {
    const options = { url, connections, duration: seconds + PATIENCE, sampleInt: LOOK, timeout: 30, ...more }
    const instance = autocannon(options, (error: unknown, result) =>
      error ? reject(error) : resolve(result),
    )
    instance.on('response', (_, status, __, milliseconds) => {
      end = performance.now()
      if (end - start >= seconds * 1000) instance.stop()
      if (status < 200 || status > 299) bad++
      latencies.add(milliseconds)
    })
  })
  return {
    requests: latencies.count,
    seconds: (end - start) / 1000,
    failed: bad + errors + timeouts,
    latency: latencies.distribution(),
  }
}
