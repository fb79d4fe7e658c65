import { type Static, Type } from '@sinclair/typebox'
import { Nullable } from '../schemas/common.ts'

const Count = Type.Integer({ minimum: 0 })
const milliseconds = Type.Unsafe<number | null>({
  type: ['number', 'null'],
  description: 'Milliseconds; null where there was nothing to measure',
})

const Quantiles = Type.Object({ count: Count, p50: milliseconds, p95: milliseconds })

const Counts = Type.Object(
  { hit: Count, miss: Count, bypass: Count, failed: Count, other: Count },
  {
    description:
      'Requests: answered from the cache, from the database, from the database with the cache not asked, with a 5xx, ' +
      'and writes and what reads nothing',
  },
)

const RedisServer = Type.Object({
  version: Type.String(),
  policy: Type.String({ description: 'What it evicts where its memory is full' }),
  memory: Type.Integer({ description: 'Bytes in use' }),
  maxMemory: Type.Integer({ description: 'Bytes that it may use; 0 for no limit' }),
  keys: Count,
  evicted: Type.Integer({ description: 'Keys removed to make room, since it started' }),
  uptimeSeconds: Count,
})

const Drop = Type.Object({
  number: Type.Integer({ description: 'Of this process, the first has 1' }),
  secondsAgo: Count,
  writes: Type.Array(Type.Object({ model: Nullable.text(1000), operation: Type.String() })),
  tags: Type.Array(Type.String(), { description: 'The first of those that were dropped' }),
  tagCount: Count,
  delivered: Type.Boolean({ description: 'False where the store did not take it, and it is owed' }),
})

export const Snapshot = Type.Object({
  process: Type.Object({
    host: Type.String(),
    pid: Type.Integer(),
    uptimeSeconds: Count,
  }),
  requests: Type.Object(
    {
      seconds: Type.Integer({ description: 'The length of the window' }),
      answers: Counts,
      latency: Type.Object({ hit: Quantiles, miss: Quantiles, database: Quantiles }),
    },
    { description: 'What this process answered in the last minute' },
  ),
  cache: Type.Object(
    {
      on: Type.Boolean(),
      near: Type.Integer({ description: 'Megabytes that the process may keep of entries itself' }),
      reads: Type.Object({ hit: Count, stored: Count, miss: Count, bypass: Count, failed: Count }),
      tooLarge: Count,
      unreadable: Count,
      dropped: Count,
      owed: Count,
      down: Type.Boolean({ description: 'Whether the breaker is open: the store is not asked' }),
    },
    { description: 'What `$cache.stats()` tells of this process' },
  ),
  store: Type.Object(
    {
      kind: Type.Unsafe<'redis' | 'memory'>({ type: 'string', enum: ['redis', 'memory'] }),
      asked: Type.Integer({ description: 'Servers that were asked how they are' }),
      servers: Type.Array(RedisServer, { description: 'What those said that answered' }),
    },
    { description: 'Common to all processes' },
  ),
  drops: Type.Array(Drop, { description: 'The last drops of this process, the latest first' }),
  models: Type.Array(Type.String(), { description: 'What can be dropped or asked about' }),
})

export const ExplainQuery = Type.Object(
  {
    model: Type.String({ minLength: 1, maxLength: 100 }),
    operation: Type.String({ minLength: 1, maxLength: 100 }),
    args: Type.String({ default: '{}', maxLength: 8192, description: 'A JSON object, as Prisma takes it' }),
  },
  { additionalProperties: false },
)

export const ExplainAnswer = Type.Object({
  cacheable: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it is not' })),
  key: Type.Optional(Type.String()),
  ttl: Type.Optional(Type.Integer({ description: 'Seconds that its entry is kept' })),
  tags: Type.Optional(Type.Array(Type.String())),
  droppedBy: Type.Optional(Type.Array(Type.String(), { description: 'In words, one for each tag' })),
})

export const DropBody = Type.Object(
  {
    model: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'the name of a model, or null for all of them',
    }),
  },
  { additionalProperties: false },
)

export const DropAnswer = Type.Object({ dropped: Type.String({ description: 'A model, or `everything`' }) })

/** A body that must be there keeps other sites' forms from asking for it. */
export const WarmBody = Type.Object({}, { additionalProperties: false })

export const WarmAnswer = Type.Object({
  stored: Count,
  already: Count,
  failed: Count,
  milliseconds: Type.Integer(),
})

export type RedisServerState = Static<typeof RedisServer>
export type SnapshotState = Static<typeof Snapshot>
export type DropState = Static<typeof Drop>
