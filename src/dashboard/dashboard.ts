import { join } from 'node:path'
import staticFiles from '@fastify/static'
import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { Broadcast } from './broadcast.ts'
import { observe } from './observe.ts'
import { RecentDrops } from './recent-drops.ts'
import { dashboardRoutes } from './routes.ts'
import { createSnapshots } from './snapshots.ts'
import { Traffic } from './traffic.ts'

/**
 * A page at `/cache` that shows how the cache is and what it does. Its files tell nothing and are open to all; what they
 * show and do they ask for with the token, in a header, so that no other site can ask in the browser's name.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const traffic = new Traffic()
    const drops = new RecentDrops()
    observe(app, config.CACHE_NAMESPACE, traffic, drops)
    const snapshot = createSnapshots(app, config, traffic, drops)
    const broadcast = new Broadcast(traffic, snapshot)
    // Before the service waits for what is in flight, which a stream always is.
    app.addHook('preClose', async () => broadcast.close())

    await app.register(async (files) => {
      files.addHook('onRoute', (route) => {
        route.schema = { hide: true }
      })
      await files.register(staticFiles, {
        root: join(import.meta.dirname, 'page'),
        prefix: '/cache/',
        wildcard: false,
        index: ['index.html'],
        // Or a browser would keep some of them for as long as it likes, beside others of a later version.
        maxAge: 0,
      })
      files.get('/cache', (_, reply) => reply.sendFile('index.html'))
    })
    await app.register(dashboardRoutes, { config, snapshot, broadcast })
  },
  { name: 'dashboard', fastify: '5.x', dependencies: ['errors', 'auth', 'prisma', 'store'] },
)
