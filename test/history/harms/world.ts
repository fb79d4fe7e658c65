import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../../scripts/services/ports.ts'
import { type RedisService, startRedis } from '../../../scripts/services/redis.ts'
import type { Start } from '../../../scripts/services/run-command.ts'
import { Link } from '../../support/link.ts'
import { spawnServer } from '../../support/server.ts'
import { clockShiftedBy } from '../servers.ts'

const SNAPSHOT = 'dump.rdb'

/** A Redis of one's own that can be killed and started again, empty or with what it saved. */
export class HarmedRedis {
  private readonly server: string
  private readonly folder: string
  private readonly start: Start
  private service: RedisService
  /** Straight to it, whatever happens to the ways of others. */
  readonly admin: Redis

  private constructor(server: string, folder: string, start: Start, service: RedisService) {
    this.server = server
    this.folder = folder
    this.start = start
    this.service = service
    this.admin = new Redis(service.url)
    this.admin.on('error', () => {})
  }

  static async begin(start: Start, server: string): Promise<HarmedRedis> {
    const { folder } = await start(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'hotshelf-redis-'))
      return { folder, stop: () => rm(folder, { recursive: true, force: true }) }
    })
    const service = await start(() => startRedis(server, undefined, ['--dir', folder]))
    const redis = new HarmedRedis(server, folder, start, service)
    await start(async () => ({ stop: async () => redis.admin.disconnect() }))
    return redis
  }

  get url(): string {
    return this.service.url
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.service.process.kill(name)
  }

  async kill(): Promise<void> {
    const ended = once(this.service.process, 'exit')
    this.service.process.kill('SIGKILL')
    await ended
  }

  /** @param snapshot whether it comes back with what it saved last */
  async startAgain(snapshot: boolean): Promise<void> {
    if (!snapshot) await rm(join(this.folder, SNAPSHOT), { force: true })
    this.service = await this.start(() => startRedis(this.server, this.service.port, ['--dir', this.folder]))
  }
}

/** A process of the service, and its own ways to Redis and to PostgreSQL. */
export class HarmedServer {
  readonly toRedis: Link
  readonly toDatabase: Link
  private readonly start: Start
  private readonly env: Record<string, string>
  private server: ReturnType<typeof spawnServer> | undefined

  private constructor(start: Start, toRedis: Link, toDatabase: Link, env: Record<string, string>) {
    this.start = start
    this.toRedis = toRedis
    this.toDatabase = toDatabase
    this.env = env
  }

  static async begin(
    start: Start,
    redisUrl: string,
    env: Record<string, string> & { readonly DATABASE_URL: string },
    index: number,
  ): Promise<HarmedServer> {
    const owner = { teardown: (work: () => unknown) => start(async () => ({ stop: async () => work() })) }
    const [toRedis, toDatabase] = [new Link(redisUrl), new Link(env.DATABASE_URL)]
    const database = new URL(env.DATABASE_URL)
    database.host = await toDatabase.listen(owner)
    const own = {
      ...env,
      ...clockShiftedBy(index),
      REDIS_URL: `redis://${await toRedis.listen(owner)}`,
      DATABASE_URL: database.href,
      PORT: String(await freePort()),
      RATE_LIMIT: 'off',
    }
    const server = new HarmedServer(start, toRedis, toDatabase, own)
    await server.startAgain()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.env.PORT}`
  }

  async kill(): Promise<void> {
    await this.server?.stop()
  }

  async startAgain(): Promise<void> {
    const server = await this.start(async () => spawnServer(this.env))
    this.server = server
    await server.listening
  }
}

/** All that random harm is done to. */
export interface World {
  readonly redis: HarmedRedis
  readonly servers: readonly HarmedServer[]
}

/**
 * Some processes of the service on a Redis of their own, started by a command.
 *
 * @param server the path of a Redis server
 */
export async function startWorld(
  start: Start,
  server: string,
  processes: number,
  env: Record<string, string> & { readonly DATABASE_URL: string },
): Promise<World> {
  const redis = await HarmedRedis.begin(start, server)
  const servers = await Promise.all(
    Array.from({ length: processes }, (_, index) => HarmedServer.begin(start, redis.url, env, index)),
  )
  return { redis, servers }
}
