import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Service, startPostgres } from './services/postgres.ts'
import { prisma } from './services/prisma.ts'
import { findRedisServer, startRedis } from './services/redis.ts'

/** `npm test [-- tap's own arguments]`: tap, with a real PostgreSQL and a real Redis around it. */
/** Its data need not survive anything. */
const QUICK = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=300']
const services: Service[] = []
const folder = await mkdtemp(join(tmpdir(), 'hotshelf-test-'))

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

async function started<S extends Service>(service: Promise<S>): Promise<S> {
  const running = await service
  services.push(running)
  return running
}

async function main(): Promise<number> {
  const redis = process.env.REDIS_URL ?? (await started(startRedis(redisServer()))).url
  // PostgreSQL runs as a user of its own where we are root.
  await chmod(folder, 0o755)
  const postgres =
    process.env.TEST_DATABASE_URL ?? (await started(startPostgres(join(folder, 'postgres'), QUICK))).url
  const template = new URL(postgres)
  template.pathname = '/hotshelf_template'
  await prisma(template.href, 'migrate', 'deploy')
  const env = { ...process.env, TEST_DATABASE_URL: template.href, TEST_REDIS_URL: redis }
  // A service's own settings must not reach the tests.
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'API_TOKEN', 'CACHE', 'PORT', 'HOST', 'NODE_ENV'])
    Reflect.deleteProperty(env, name)
  const tap = createRequire(import.meta.url).resolve('tap/package.json')
  const runner = spawn(process.execPath, [join(tap, '../dist/esm/run.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  })
  // Ctrl-C reaches tap as well; we wait for it and then stop what we started.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => runner.kill('SIGTERM'))
  const [code] = await once(runner, 'exit')
  return typeof code === 'number' ? code : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await Promise.all(services.map((service) => service.stop()))
  await rm(folder, { recursive: true, force: true })
}
