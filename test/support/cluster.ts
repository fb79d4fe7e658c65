import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import type { RedisService } from '../../scripts/services/redis.ts'
import { type RedisServer, startRedis } from './redis.ts'

const SLOTS = 16_384

export interface Cluster {
  /** The masters, each with a third of the slots. */
  readonly masters: readonly RedisService[]
  /** One of each master's. */
  readonly replicas: readonly RedisService[]
  /** As REDIS_URL takes it. */
  readonly url: string
}

/** A Redis Cluster of the test's own: three masters and a replica of each. */
export async function startCluster(t: Test, server?: RedisServer): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-cluster-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const nodes = await Promise.all(Array.from({ length: 6 }, () => startNode(t, folder, server)))
  const [first, ...others] = nodes
  if (!first) throw new Error('a cluster has nodes')
  const admins = nodes.map(({ url }) => new Redis(url))
  const masters = nodes.slice(0, 3)
  for (const [index, admin] of admins.slice(0, 3).entries()) {
    const slot = (at: number) => Math.floor((at * SLOTS) / 3)
    await admin.cluster('ADDSLOTSRANGE', slot(index), slot(index + 1) - 1)
  }
  for (const { port } of others) await admins[0]?.cluster('MEET', '127.0.0.1', port)
  await until(admins, (info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:6'))
  for (const [index, admin] of admins.slice(3).entries()) {
    const id = await admins[index]?.cluster('MYID')
    await admin.cluster('REPLICATE', String(id))
  }
  for (const admin of admins.slice(3))
    while (!(await admin.info('replication')).includes('master_link_status:up')) {
      // It is getting its first copy.
    }
  for (const admin of admins) admin.disconnect()
  const url = `redis-cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  return { masters, replicas: nodes.slice(3), url }
}

/** Moves all slots that hold something from one master to another, key by key, while others use them. */
export async function moveSlots(from: RedisService, to: RedisService): Promise<number> {
  const [source, target] = [new Redis(from.url), new Redis(to.url)]
  try {
    const [giver, taker] = await Promise.all([source, target].map(async (node) => node.cluster('MYID')))
    const keys = await source.keys('*')
    const slots = new Set(await Promise.all(keys.map((key) => source.cluster('KEYSLOT', key))))
    for (const slot of slots) {
      await target.cluster('SETSLOT', slot, 'IMPORTING', String(giver))
      await source.cluster('SETSLOT', slot, 'MIGRATING', String(taker))
      for (;;) {
        const left = await source.cluster('GETKEYSINSLOT', slot, 10)
        if (left.length === 0) break
        await source.migrate('127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...left)
      }
      for (const node of [target, source]) await node.cluster('SETSLOT', slot, 'NODE', String(taker))
    }
    return slots.size
  } finally {
    source.disconnect()
    target.disconnect()
  }
}

async function until(admins: readonly Redis[], holds: (info: string) => boolean): Promise<void> {
  for (const admin of admins)
    while (!holds(await admin.cluster('INFO'))) {
      // The nodes are telling each other.
    }
}

async function startNode(t: Test, folder: string, server?: RedisServer): Promise<RedisService> {
  const own = await mkdtemp(join(folder, 'node-'))
  const options = [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--dir', own],
    ...['--repl-diskless-sync-delay', '0', '--cluster-replica-validity-factor', '0'],
  ]
  return startRedis(t, undefined, options, server)
}
