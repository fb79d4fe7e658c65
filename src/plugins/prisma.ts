import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { createClient, type Database } from '../database.ts'

declare module 'fastify' {
  interface FastifyInstance {
    prisma: Database
  }
}

/** The extended Prisma client, closed with the service. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const prisma = createClient(config, app.store.cache)
    app.decorate('prisma', prisma)
    app.addHook('onClose', async () => {
      await prisma.$cache.close()
      await prisma.$disconnect()
    })
  },
  { name: 'prisma', fastify: '5.x', dependencies: ['store'] },
)
