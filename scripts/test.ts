import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres } from './services/postgres.ts'
import { prisma } from './services/prisma.ts'
import { findRedisServer, startRedis } from './services/redis.ts'
import { runCommand, type Start } from './services/run-command.ts'

/** The data of the tests need not survive anything. */
const QUICK = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=300']

/** A service's own settings, which must not reach the tests. */
const SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'API_TOKEN', 'CACHE', 'PORT', 'HOST', 'NODE_ENV']

/** `npm test [-- tap's own arguments]`: tap, with a real PostgreSQL and a real Redis around it. */
async function test(start: Start): Promise<number> {
  const redis = process.env.REDIS_URL || (await start(() => startRedis(redisServer()))).url
  const postgres = process.env.TEST_DATABASE_URL || (await temporaryPostgres(start))
  const { url } = await start(() => createTemplate(postgres))
  const env = { ...process.env, TEST_DATABASE_URL: url, TEST_REDIS_URL: redis }
  for (const name of SETTINGS) Reflect.deleteProperty(env, name)
  const { exited } = await start(() => startTap(process.argv.slice(2), env))
  return exited
}

/** A Redis server to start, installed where that can be done. */
function redisServer(): string {
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

/** A migrated and empty database, which each test file copies. Of this run alone: another may go on beside it. */
async function createTemplate(postgres: string) {
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

/** tap and what it starts are a group of their own: a Ctrl-C comes from us, once, and reaches all of it. */
async function startTap(args: readonly string[], env: NodeJS.ProcessEnv) {
  const tap = createRequire(import.meta.url).resolve('tap/package.json')
  const runner = spawn(process.execPath, [join(tap, '../dist/esm/run.mjs'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
    detached: true,
  })
  const exited = once(runner, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : 1))
  const stop = async () => {
    // Also when tap has ended: a test that was killed may have left something behind.
    signalGroup(runner.pid, 'SIGINT')
    await exited
  }
  return { exited, stop }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

await runCommand(test, 130)
