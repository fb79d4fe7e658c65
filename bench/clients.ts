import { PrismaPg } from '@prisma/adapter-pg'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Redis } from 'ioredis'
import { PrismaExtensionRedis } from 'prisma-extension-redis'
import type { Config } from '../src/config.ts'
import dashboard from '../src/dashboard/dashboard.ts'
import type { Database } from '../src/database.ts'
import { PrismaClient } from '../src/generated/prisma/client.ts'
import pages from '../src/plugins/pages.ts'
import prisma from '../src/plugins/prisma.ts'
import { cacheAside, constantAnswers } from './cache-aside.ts'
import type { ClientKind } from './variants.ts'

type Plugin = typeof prisma

/** What a service over such a client has in place of the service's own parts. */
export const partsFor = (kind: ClientKind) => ({
  database: clientPlugin(kind),
  served: kind === 'hotshelf' ? pages : nothing,
  shown: kind === 'hotshelf' ? dashboard : nothing,
})

const nothing = fp(async () => {})

/** A plugin that gives the app its `prisma`, as the service's own does. */
function clientPlugin(kind: ClientKind): Plugin {
  switch (kind) {
    case 'hotshelf':
      return prisma
    case 'extension':
      return extension
    case 'aside':
      return aside('value', false)
    case 'aside-text':
      return aside('body', true)
    case 'constant':
      return fp<{ config: Config }>(async (app, { config }) => {
        decorate(app, createPlain(config))
        constantAnswers(app)
      })
    case 'plain':
      return fp<{ config: Config }>(async (app, { config }) => decorate(app, createPlain(config)))
  }
}

/** A client without any extension. */
export const createPlain = ({ DATABASE_URL }: Pick<Config, 'DATABASE_URL'>) =>
  new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL }) })

const aside = (form: 'value' | 'body', pipelined: boolean): Plugin =>
  fp<{ config: Config }>(async (app, { config }) => {
    decorate(app, createPlain(config))
    cacheAside(app, createRedis(config, pipelined), { prefix: config.CACHE_NAMESPACE, form })
  })

/** As the README of prisma-extension-redis has it, for a Redis without RedisJSON. */
const extension: Plugin = fp<{ config: Config }>(async (app, { config }) => {
  const extended = createPlain(config).$extends(
    PrismaExtensionRedis({
      config: {
        ttl: 60,
        stale: 30,
        type: 'STRING',
        auto: { invalidateOnWrite: true, ttl: 60, stale: 30 },
        cacheKey: { prefix: config.CACHE_NAMESPACE },
      },
      client: createRedis(config),
    }),
  )
  decorate(app, extended)
})

/** A process is killed at its end, and its connections with it. */
function decorate(app: FastifyInstance, client: object): void {
  // The handlers call the methods of models alone, which all of these clients have.
  app.decorate('prisma', client as Database)
}

const createRedis = ({ REDIS_URL = '' }: Config, enableAutoPipelining = false) =>
  new Redis(REDIS_URL, { enableAutoPipelining })
