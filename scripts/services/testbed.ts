import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres } from './postgres.ts'
import { prisma } from './prisma.ts'
import { findRedisServer, startRedis } from './redis.ts'
import type { Start } from './run-command.ts'

/** The data of the tests need not survive anything. */
const QUICK = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=300']

/**
 * A migrated and empty database of our own, and a Redis: on the servers that TEST_DATABASE_URL and REDIS_URL name, or
 * on such that are started, and stopped with the command.
 *
 * @throws an Error of one line where there is no Redis and none can be installed
 */
export async function startTestbed(start: Start): Promise<{ databaseUrl: string; redisUrl: string }> {
  const redisUrl = process.env.REDIS_URL || (await start(() => startRedis(redisServer()))).url
  const postgres = process.env.TEST_DATABASE_URL || (await temporaryPostgres(start))
  const { url } = await start(() => createMigrated(postgres))
  return { databaseUrl: url, redisUrl }
}

/** A Redis server to start, installed where that can be done. */
export function redisServer(): string {
  const found = findRedisServer()
  if (found) return found
  try {
    const apt = (...args: string[]) =>
      execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'ignore'] })
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'redis-server')
  } catch {
    // Not Debian, or not root; what follows says what to do.
  }
  const installed = findRedisServer()
  if (installed) return installed
  throw new Error('the tests need a Redis: install redis-server or valkey-server, or set REDIS_URL')
}

async function temporaryPostgres(start: Start): Promise<string> {
  const { folder } = await start(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hotshelf-test-'))
    return { folder, stop: () => rm(folder, { recursive: true, force: true }) }
  })
  // PostgreSQL runs as a user of its own where we are root.
  await chmod(folder, 0o755)
  return (await start(() => startPostgres(join(folder, 'postgres'), QUICK))).url
}

/** Of this run alone: another may go on beside it. */
async function createMigrated(postgres: string) {
  const url = new URL(postgres)
  const name = `hotshelf_template_${randomUUID().replaceAll('-', '')}`
  url.pathname = `/${name}`
  await prisma(url.href, 'migrate', 'deploy')
  const stop = async () => {
    url.pathname = '/postgres'
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await client.end()
  }
  return { url: url.href, stop }
}
