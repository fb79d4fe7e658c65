import { Redis } from 'ioredis'

/** Milliseconds without an answer after which a connection is given up, and a new one made. */
const SILENCE = 2000

/** Milliseconds between two tries to connect, at the most. */
const LONGEST_PAUSE = 500

/**
 * A connection to Redis, to be made by `connect()`. While it is down commands fail at once, and it goes on trying to
 * connect. Whoever creates it listens to its `error` events and calls `disconnect`.
 */
export const createRedis = (url: string): Redis =>
  new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: SILENCE,
    socketTimeout: SILENCE,
    retryStrategy: (tries) => Math.min(tries * 50, LONGEST_PAUSE),
  })
