import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import fp from 'fastify-plugin'
import type { Outcome, ReadEvent } from '../cache/index.ts'

/** The outcomes of the reads that each request of this app has made. */
type Outcomes = Set<Outcome>

/** Says in `Cache-Status` (RFC 9211) whether the database was asked for the answer to a GET. */
export default fp(
  async (app) => {
    const requests = new AsyncLocalStorage<Outcomes>()
    const note = (event: unknown) => requests.getStore()?.add((event as ReadEvent).outcome)
    subscribe('hotshelf:read', note)
    app.addHook('onClose', async () => {
      unsubscribe('hotshelf:read', note)
    })
    app.addHook('onRequest', (_request, _reply, done) => requests.run(new Set(), done))
    app.addHook('onSend', async (request, reply) => {
      const outcomes = requests.getStore()
      if (request.method === 'GET' && outcomes?.size) reply.header('cache-status', statusOf(outcomes))
    })
  },
  { name: 'cache-status', fastify: '5.x' },
)

function statusOf(outcomes: Outcomes): string {
  if (outcomes.has('miss') || outcomes.has('failed')) return 'hotshelf; fwd=miss'
  if (outcomes.has('stored'))
    return outcomes.has('bypass') ? 'hotshelf; fwd=miss' : 'hotshelf; fwd=miss; stored'
  return outcomes.has('bypass') ? 'hotshelf; fwd=bypass' : 'hotshelf; hit'
}
