import { Cluster, type Redis, ReplyError } from 'ioredis'
import type { RedisServerState } from './schemas.ts'

/** Milliseconds that a server may take to tell how it is. */
const PATIENCE = 1000

/** What the masters tell of themselves. One that does not answer in time is not among them. */
export async function statesOf(redis: Redis | Cluster): Promise<{ asked: number; told: RedisServerState[] }> {
  const masters = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const told = await Promise.all(masters.map((server) => soon(server.info())))
  return {
    asked: masters.length,
    told: told.flatMap((info) => (info === undefined ? [] : [stateOf(info)])),
  }
}

/** @param info what INFO says */
export function stateOf(info: string): RedisServerState {
  const fields = new Map(
    info.split(/\r?\n/).map((line) => {
      const [name = '', value = ''] = line.split(/:(.*)/)
      return [name, value] as const
    }),
  )
  const text = (name: string) => fields.get(name) ?? ''
  const number = (name: string) => Number(fields.get(name) ?? 0)
  const valkey = text('valkey_version')
  return {
    version:
      valkey === ''
        ? `Redis ${text('redis_version') || 'of a version that it does not tell'}`
        : `Valkey ${valkey}`,
    policy: text('maxmemory_policy'),
    memory: number('used_memory'),
    maxMemory: number('maxmemory'),
    keys: [...fields]
      .filter(([name]) => /^db\d+$/.test(name))
      .reduce((sum, [, value]) => sum + Number(/^keys=(\d+)/.exec(value)?.[1] ?? 0), 0),
    evicted: number('evicted_keys'),
    uptimeSeconds: number('uptime_in_seconds'),
  }
}

function soon(answer: Promise<string>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE, undefined)
    // One that refuses to tell is there all the same.
    const refused = (error: unknown) => resolve(error instanceof ReplyError ? '' : undefined)
    answer.then(resolve, refused).finally(() => clearTimeout(timer))
  })
}
