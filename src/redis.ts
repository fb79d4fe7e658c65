import { Redis } from 'ioredis'

/** Milliseconds after which Redis counts as out of reach: what it adds to a read at the worst. */
const TIMEOUT = 500

/**
 * A connection to Redis, to be made by `connect()`. While it is down commands fail at once, and it goes on trying to
 * connect. Whoever creates it listens to its `error` events and calls `disconnect`.
 */
export const createRedis = (url: string): Redis =>
  new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: TIMEOUT,
  })
