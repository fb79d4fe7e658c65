import { type Static, Type } from '@sinclair/typebox'
import { Nullable } from '../schemas/common.ts'
import { StoreState } from '../schemas/store-state.ts'
import { CACHE_STATE } from './example-state.ts'

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

const Amount = { count: Count, bytes: Count }

/** Reads through Prisma, by how they were answered. */
const Outcomes = Type.Object({ hit: Count, stored: Count, miss: Count, bypass: Count, failed: Count })

/** What `$cache.stats()` counts. */
const stats = {
  reads: Outcomes,
  operations: Type.Record(Type.String(), Outcomes),
  joined: Count,
  leased: Count,
  stored: Type.Object(Amount),
  derived: Type.Object({ hits: Count, misses: Count, stored: Type.Object(Amount) }),
  near: Type.Object({ ...Amount, hits: Count }),
  tooLarge: Count,
  unreadable: Count,
  dropped: Count,
  droppedOf: Type.Record(Type.String(), Count),
  owed: Count,
  intents: Count,
  swept: Count,
  down: Type.Boolean({ description: 'Whether the store is not asked, as it does not answer' }),
}

const RedisServer = Type.Object({
  version: Type.String(),
  memory: Type.Integer({ description: 'Bytes in use' }),
  maxmemory: Type.Integer({ description: 'Bytes that it may use; 0 for no limit' }),
  policy: Type.String({ description: 'What it evicts where its memory is full' }),
  hits: Count,
  misses: Count,
  evictions: Count,
})

const Stored = Type.Object({
  bytes: Count,
  age: Type.Optional(Type.Integer({ description: 'Seconds since it was stored, where Redis tells' })),
})

const Hot = Type.Object({
  name: Type.String({ description: 'The URL of a page, or a query' }),
  reads: Type.Number({ description: 'By all processes, each hour counting half of the next' }),
  tags: Type.Array(Type.String()),
  stored: Type.Optional(Stored),
})

const Drop = Type.Object({
  number: Type.Integer({ description: 'Of this process, the first has 1' }),
  secondsAgo: Count,
  writes: Type.Array(Type.Object({ model: Nullable.text(1000), operation: Type.String() })),
  tags: Type.Array(Type.String(), { description: 'The first of those that were dropped' }),
  tagCount: Count,
  delivered: Type.Boolean({ description: 'False where the store did not take it, and it is owed' }),
})

export const Snapshot = Type.Object(
  {
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
        ...stats,
        nearLimit: Type.Integer({
          description: 'Bytes that the process may keep of entries itself, and again of pages',
        }),
      },
      { description: 'What this process has counted since its start' },
    ),
    store: Type.Object(
      {
        state: StoreState,
        servers: Type.Array(RedisServer, {
          description: 'What they tell of themselves, where they are reached',
        }),
      },
      { description: 'Where the cache is: common to all processes, but for `memory`' },
    ),
    hot: Type.Array(Hot, { description: 'What all processes read most' }),
    drops: Type.Array(Drop, { description: 'The last drops of this process, the latest first' }),
    models: Type.Array(Type.String(), { description: 'What can be dropped or asked about' }),
  },
  { title: 'CacheState', examples: [CACHE_STATE] },
)

/** The stream of them. */
export const Events = Type.Unsafe<string>({
  description: 'Until the client goes, or the process ends',
  content: {
    'text/event-stream': {
      schema: { type: 'string' },
      example:
        'event: snapshot\ndata: {"process":{"host":"api-1","pid":7,"uptimeSeconds":60},"history":{"hit":[41,38]}}\n\n',
    },
  },
})

export const ExplainQuery = Type.Object(
  {
    model: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A model of the Prisma schema',
      examples: ['Book'],
    }),
    operation: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'What is asked of it',
      examples: ['findUnique'],
    }),
    args: Type.String({
      default: '{}',
      maxLength: 8192,
      description: 'What Prisma takes, as JSON or JSON5',
      examples: ['{"where": {"id": 7}}'],
    }),
  },
  { additionalProperties: false },
)

const EXPLAINED = {
  cacheable: true,
  key: 'hotshelf:e:fq2sfoBjuhJIvWoT2:Book:findUnique:A4r2JHhUGnNiDCr8YfI1m-',
  ttl: 3600,
  tags: ['Book[id=7]', 'Book[id=*]'],
  droppedBy: [
    'a write of a Book with id 7',
    'a write to Book that does not tell each id it reaches, or changes one',
  ],
  stored: { bytes: 412, age: 30 },
}

export const ExplainAnswer = Type.Object(
  {
    cacheable: Type.Boolean(),
    reason: Type.Optional(Type.String({ description: 'Why it is not' })),
    key: Type.Optional(Type.String()),
    ttl: Type.Optional(Type.Integer({ description: 'Seconds that its entry is kept' })),
    tags: Type.Optional(Type.Array(Type.String())),
    droppedBy: Type.Optional(Type.Array(Type.String(), { description: 'In words, one for each tag' })),
    stored: Type.Optional(Stored),
  },
  { title: 'ExplainAnswer', examples: [EXPLAINED] },
)

export const DropBody = Type.Object(
  {
    model: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'the name of a model, or null for all of them',
    }),
  },
  { additionalProperties: false, title: 'DropBody', examples: [{ model: 'Book' }] },
)

export const DropAnswer = Type.Object(
  { dropped: Type.String({ description: 'A model, or `everything`' }) },
  { title: 'DropAnswer', examples: [{ dropped: 'Book' }] },
)

/** A body that must be there keeps other sites' forms from asking for it. */
export const WarmBody = Type.Object({}, { additionalProperties: false, title: 'WarmBody', examples: [{}] })

export const WarmAnswer = Type.Object(
  {
    stored: Count,
    already: Count,
    failed: Count,
    gone: Type.Integer({ minimum: 0, description: 'Read often, and there no more' }),
    milliseconds: Type.Integer(),
  },
  { title: 'WarmAnswer', examples: [{ stored: 312, already: 4, failed: 0, gone: 1, milliseconds: 1480 }] },
)

export type SnapshotState = Static<typeof Snapshot>
export type DropState = Static<typeof Drop>
export type HotState = Static<typeof Hot>
