import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { buildApp } from '../src/app.ts'
import { loadConfig, loadEnvFile } from '../src/config.ts'
import { warm } from '../src/warm.ts'
import { type Service, startPostgres } from './services/postgres.ts'
import { prisma } from './services/prisma.ts'
import { findRedisServer, startRedis } from './services/redis.ts'

/**
 * `npm run dev`: the API with a PostgreSQL and a Redis of its own, unless DATABASE_URL and REDIS_URL name others.
 * HOTSHELF_DATA names the folder of its data, `.data` by default.
 */
const services: Service[] = []
let app: FastifyInstance | undefined

async function stop(): Promise<void> {
  await app?.close()
  for (const service of services.reverse().splice(0)) await service.stop()
}

async function databaseUrl(): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL
  const folder = resolve(process.env.HOTSHELF_DATA ?? '.data')
  mkdirSync(folder, { recursive: true })
  const postgres = await startPostgres(resolve(folder, 'postgres'))
  services.push(postgres)
  console.log(`PostgreSQL: ${postgres.url} (data in ${folder})`)
  return postgres.url
}

async function redisUrl(): Promise<string | undefined> {
  if (process.env.REDIS_URL) return process.env.REDIS_URL
  const server = findRedisServer()
  if (!server) {
    console.log(
      'Redis: no redis-server or valkey-server on the PATH, so the cache lives in this process alone',
    )
    return undefined
  }
  const redis = await startRedis(server)
  services.push(redis)
  console.log(`Redis: ${redis.url}`)
  return redis.url
}

async function isEmpty(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query('SELECT 1 FROM "Book" LIMIT 1')).rowCount === 0
  } finally {
    await client.end()
  }
}

async function main(): Promise<void> {
  const DATABASE_URL = await databaseUrl()
  const REDIS_URL = await redisUrl()
  const config = loadConfig({
    LOG_LEVEL: 'warn',
    ...process.env,
    DATABASE_URL,
    ...(REDIS_URL && { REDIS_URL }),
  })
  await prisma(DATABASE_URL, 'migrate', 'deploy')
  if (await isEmpty(DATABASE_URL)) await prisma(DATABASE_URL, 'db', 'seed')
  app = await buildApp(config)
  await app.listen({ host: config.HOST, port: config.PORT })
  const { stored, already } = await warm(app, {})
  console.log(`Cache: ${stored} entries stored, ${already} already warm`)
  const [url = ''] = app.listeningOrigin.split(', ')
  console.log(`API:  ${url}/books\nDocs: ${url}/docs`)
}

loadEnvFile()
closeWithGrace({ delay: 10_000, logger: false }, stop)
try {
  await main()
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const port = process.env.PORT || 3000
  console.error(
    code === 'EADDRINUSE'
      ? `port ${port} is in use: stop what listens there, or set PORT to another`
      : error instanceof Error
        ? error.message
        : error,
  )
  await stop()
  process.exit(1)
}
