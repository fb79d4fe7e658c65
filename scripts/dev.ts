import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import pg from 'pg'
import { buildApp } from '../src/app.ts'
import { type Config, loadConfig, loadEnvFile, requireToken } from '../src/config.ts'
import { loggerOptions } from '../src/logger.ts'
import { warm } from '../src/warm.ts'
import { startPostgres } from './services/postgres.ts'
import { prisma } from './services/prisma.ts'
import { findRedisServer, startRedis } from './services/redis.ts'
import { runCommand, type Start } from './services/run-command.ts'

/**
 * `npm run dev`: the API with a PostgreSQL and a Redis of its own, unless DATABASE_URL and REDIS_URL name others.
 * HOTSHELF_DATA names the folder of its data, `.data` by default.
 */
async function dev(start: Start): Promise<number> {
  loadEnvFile()
  const DATABASE_URL = await databaseUrl(start)
  const REDIS_URL = await redisUrl(start)
  const config = loadConfig({
    ...process.env,
    LOG_LEVEL: process.env.LOG_LEVEL || 'error',
    DATABASE_URL,
    REDIS_URL,
  })
  requireToken(config)
  await prisma(DATABASE_URL, 'migrate', 'deploy')
  if (await isEmpty(DATABASE_URL)) await prisma(DATABASE_URL, 'db', 'seed')
  await serve(start, config)
  return new Promise(() => {})
}

async function databaseUrl(start: Start): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL
  const folder = resolve(process.env.HOTSHELF_DATA || '.data')
  mkdirSync(folder, { recursive: true })
  const { url } = await start(() => startPostgres(resolve(folder, 'postgres')))
  console.log(`PostgreSQL: ${url} (data in ${folder})`)
  return url
}

async function redisUrl(start: Start): Promise<string | undefined> {
  if (process.env.REDIS_URL) return process.env.REDIS_URL
  const server = findRedisServer()
  if (!server) {
    console.log(
      'Redis: no redis-server or valkey-server on the PATH, so the cache lives in this process alone',
    )
    return undefined
  }
  const { url } = await start(() => startRedis(server))
  console.log(`Redis: ${url}`)
  return url
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

async function serve(start: Start, config: Config): Promise<void> {
  const { app } = await start(async () => {
    const app = await buildApp(config, { logger: loggerOptions(config) })
    return { app, stop: () => app.close() }
  })
  await app.listen({ host: config.HOST, port: config.PORT }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`port ${config.PORT} is in use: stop what listens there, or set PORT to another`)
  })
  if (config.CACHE === 'on') {
    const { stored, already, failed } = await warm(app)
    const trouble = failed > 0 ? `, ${failed} could not be stored` : ''
    console.log(`Cache: ${stored} pages stored, ${already} already warm${trouble}`)
  }
  const [url = ''] = app.listeningOrigin.split(', ')
  console.log(`API:  ${url}/books\nDocs: ${url}/docs`)
}

await runCommand(dev, 0)
