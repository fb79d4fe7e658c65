const reads = { hit: 940, stored: 58, miss: 2, bypass: 0, failed: 0 }
const hit = { count: 940, p50: 0.4, p95: 1.2 }

/** How the cache may be, for the API's document. */
export const CACHE_STATE = {
  process: { host: 'api-0', pid: 17, uptimeSeconds: 86_400 },
  requests: {
    seconds: 60,
    answers: { hit: 940, miss: 60, bypass: 0, failed: 0, other: 12 },
    latency: {
      hit,
      miss: { count: 60, p50: 2.1, p95: 6.3 },
      database: { count: 60, p50: 1.4, p95: 4.8 },
    },
  },
  cache: {
    reads,
    operations: { 'Book.findMany': reads },
    joined: 3,
    leased: 1,
    stored: { count: 58, bytes: 241_000 },
    derived: { hits: 812, misses: 128, stored: { count: 40, bytes: 190_000 } },
    near: { count: 0, bytes: 0, hits: 0 },
    tooLarge: 0,
    unreadable: 0,
    dropped: 36,
    droppedOf: { Book: 36 },
    owed: 0,
    intents: 0,
    swept: 0,
    down: false,
    nearLimit: 0,
  },
  store: {
    state: 'redis',
    servers: [
      {
        version: '7.2.5',
        memory: 3_400_000,
        maxmemory: 268_435_456,
        policy: 'allkeys-lru',
        hits: 10_400,
        misses: 630,
        evictions: 0,
      },
    ],
  },
  hot: [
    {
      name: '/books?limit=20',
      reads: 512.5,
      tags: ['Book', 'Author[joined]'],
      stored: { bytes: 8344, age: 12 },
    },
  ],
  drops: [
    {
      number: 4,
      secondsAgo: 12,
      writes: [{ model: 'Book', operation: 'update' }],
      tags: ['Book', 'Book[id=7]'],
      tagCount: 2,
      delivered: true,
    },
  ],
  models: ['Book', 'Author', 'Review'],
}
