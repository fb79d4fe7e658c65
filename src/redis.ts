import { Cluster, Redis } from 'ioredis'

/** Milliseconds without an answer after which a connection is given up, and a new one made. */
const SILENCE = 2000

/** Milliseconds between two tries to connect, at the most. */
const LONGEST_PAUSE = 500

/** Milliseconds that a start waits for Redis. */
const START_PATIENCE = 1000

const pause = (tries: number): number => Math.min(tries * 50, LONGEST_PAUSE)

// Silence, not a deadline a command: that is the cache's own.
const OPTIONS = {
  enableOfflineQueue: false,
  connectTimeout: SILENCE,
  socketTimeout: SILENCE,
  retryStrategy: pause,
}

/** What REDIS_URL may be: one server, a cluster, or the sentinels of a master that they call by a name. */
export const REDIS_URL =
  /^(?:rediss?:\/\/.+|rediss?-cluster:\/\/[^/?#]+|rediss?-sentinel:\/\/[^/?#]+\/[^/?#]+)$/

/**
 * A connection to Redis, to be made by `connect()`. While it is down commands fail at once, and it goes on trying to
 * connect. Whoever creates it listens to its `error` events and calls `disconnect`.
 *
 * @param url one that REDIS_URL matches: `redis://host:port`, `redis-cluster://host:port,host:port`,
 * `redis-sentinel://host:port,host:port/name`; `rediss` for TLS; `user:password@` before the hosts
 * @param deadline milliseconds that a command may take, where nothing else bounds it
 */
export function createRedis(url: string, deadline?: number): Redis | Cluster {
  const [, secure, kind] = /^redis(s?)-(cluster|sentinel):/.exec(url) ?? []
  const bounded = { ...OPTIONS, ...(deadline !== undefined && { commandTimeout: deadline }) }
  if (kind === undefined) return new Redis(url, { ...bounded, lazyConnect: true, maxRetriesPerRequest: 0 })
  const { username, password, nodes, name } = partsOf(url)
  const options = {
    ...bounded,
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(secure && { tls: {} }),
  }
  if (kind === 'cluster')
    return new Cluster(nodes, {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: pause,
      slotsRefreshTimeout: SILENCE,
      slotsRefreshInterval: SILENCE,
      redisOptions: options,
    })
  return new Redis({
    ...options,
    sentinels: nodes,
    name,
    sentinelRetryStrategy: pause,
    ...(password !== '' && { sentinelPassword: password }),
    lazyConnect: true,
    maxRetriesPerRequest: 0,
  })
}

/**
 * Connects, but does not wait long: whoever uses it goes on without it until it is there.
 *
 * @param patience milliseconds
 */
export async function connectSoon(redis: Redis | Cluster, patience = START_PATIENCE): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([redis.connect().catch(() => {}), over])
  clearTimeout(timer)
}

function partsOf(url: string) {
  const [, authority = '', name = ''] = /^[^:]+:\/\/([^/]+)\/?(.*)$/.exec(url) ?? []
  const at = authority.lastIndexOf('@')
  const [username = '', password = ''] = authority
    .slice(0, Math.max(at, 0))
    .split(':')
    .map(decodeURIComponent)
  const nodes = authority
    .slice(at + 1)
    .split(',')
    .map((node) => {
      const { hostname, port } = new URL(`redis://${node}`)
      return { host: hostname, port: Number(port || 6379) }
    })
  return { username, password, nodes, name: decodeURIComponent(name) }
}
