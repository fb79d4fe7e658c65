import type { Cluster, Redis } from 'ioredis'
import { nodesOf } from '../cache/redis-nodes.ts'

/** Keys of one server that are looked at, at most. */
const LOOKED_AT = 100_000
const AT_ONCE = 1000

const KINDS = { e: 'entries', d: 'pages', v: 'versions' } as const

/** A Redis server as it says it is. Counts are since its start, of all that is in it. */
export interface ServerState {
  readonly version: string
  /** Bytes. */
  readonly memory: number
  /** Bytes that it may use; 0 for no limit. */
  readonly maxmemory: number
  readonly policy: string
  readonly hits: number
  readonly misses: number
  readonly evictions: number
}

export interface RedisState {
  /** One, or each master of a cluster. */
  readonly servers: readonly ServerState[]
  /** What the cache has in them. */
  readonly keys: Record<(typeof KINDS)[keyof typeof KINDS] | 'others', number> & {
    /** Whether all keys were looked at: not where there are very many. */
    readonly complete: boolean
  }
  /** Writes of all processes that are under way, or whose drop is owed. */
  readonly openWrites: number
  /** Those among them that may take rows from one list to another. */
  readonly openMoves: number
  /** What the list of the most read has. */
  readonly hot: number
}

/**
 * What Redis tells of a cache.
 *
 * @throws an Error where it cannot be reached
 */
export async function redisStateOf(redis: Redis | Cluster, namespace: string): Promise<RedisState> {
  const [servers, scans, openWrites, openMoves, hot] = await Promise.all([
    serversOf(redis),
    Promise.all(nodesOf(redis, 'master').map((node) => keysOf(node, namespace))),
    redis.hlen(`${namespace}:intents`),
    redis.hlen(`${namespace}:moves`),
    redis.zcard(`${namespace}:hot`),
  ])
  const keys = {
    entries: 0,
    pages: 0,
    versions: 0,
    others: 0,
    complete: scans.every(({ complete }) => complete),
  }
  for (const { kinds } of scans) for (const kind of kinds) keys[kind]++
  return { servers, keys, openWrites, openMoves, hot }
}

/** @throws an Error where one cannot be reached */
export function serversOf(redis: Redis | Cluster): Promise<ServerState[]> {
  return Promise.all(nodesOf(redis, 'master').map(async (node) => serverOf(await node.info())))
}

function serverOf(info: string): ServerState {
  const said = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const number = (name: string) => Number(said(name) ?? 0)
  const valkey = said('valkey_version')
  return {
    version: valkey ? `Valkey ${valkey}` : `Redis ${said('redis_version') ?? 'of an unknown version'}`,
    memory: number('used_memory'),
    maxmemory: number('maxmemory'),
    policy: said('maxmemory_policy') ?? 'unknown',
    hits: number('keyspace_hits'),
    misses: number('keyspace_misses'),
    evictions: number('evicted_keys'),
  }
}

async function keysOf(node: Redis, namespace: string) {
  const kinds: Exclude<keyof RedisState['keys'], 'complete'>[] = []
  let cursor = '0'
  let looked = 0
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', `${namespace}:*`, 'COUNT', AT_ONCE)
    for (const key of keys) kinds.push(kindOf(key.slice(namespace.length + 1)))
    cursor = next
    looked += AT_ONCE
  } while (cursor !== '0' && looked < LOOKED_AT)
  return { kinds, complete: cursor === '0' }
}

const kindOf = (rest: string) => {
  const kind = rest.split(':', 1)[0]
  return kind === 'e' || kind === 'd' || kind === 'v' ? KINDS[kind] : 'others'
}
