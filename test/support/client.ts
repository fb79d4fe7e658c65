import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PrismaPg } from '@prisma/adapter-pg'
import type { Test } from 'tap'
import {
  type CacheOptions,
  cache,
  memoryStore,
  type ReadEvent,
  type WriteEvent,
} from '../../src/cache/index.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { PrismaClient } from '../../src/generated/prisma/client.ts'
import { createDatabase } from './database.ts'

/** An uncached client and a cached one on a database of the test's own, and a way to make more cached ones. */
export async function createClients(t: Test, options: Partial<CacheOptions> = {}) {
  const url = await createDatabase(t)
  const store = options.store ?? memoryStore()
  const connect = (more: Partial<CacheOptions> = {}, adapter = new PrismaPg(url)) => {
    const plain = new PrismaClient({ adapter })
    t.teardown(() => plain.$disconnect())
    return { plain, cached: plain.$extends(cache({ schema, store, ...options, ...more })) }
  }
  return { url, store, connect, ...connect() }
}

/** How the reads within `work` were answered, and what its writes dropped. */
export async function observe<T>(work: () => Promise<T>) {
  const reads: ReadEvent[] = []
  const writes: WriteEvent[] = []
  const onRead = (event: unknown) => reads.push(event as ReadEvent)
  const onWrite = (event: unknown) => writes.push(event as WriteEvent)
  subscribe('hotshelf:read', onRead)
  subscribe('hotshelf:write', onWrite)
  try {
    const result = await work()
    return { result, outcomes: reads.map(({ outcome }) => outcome), tags: writes.flatMap(({ tags }) => tags) }
  } finally {
    unsubscribe('hotshelf:read', onRead)
    unsubscribe('hotshelf:write', onWrite)
  }
}
