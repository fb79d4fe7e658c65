import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import { isBesideApi } from '../beside-api.ts'
import { hearCache } from '../cache-events.ts'
import { outcomeOf } from '../cache-status.ts'
import { isFromClient } from '../own-requests.ts'
import type { RecentDrops } from './recent-drops.ts'
import type { Answer, Traffic } from './traffic.ts'

/**
 * Counts what the service answers from now on, until it closes.
 *
 * @param namespace of its cache: another service in this process has another one
 */
export function observe(app: FastifyInstance, namespace: string, traffic: Traffic, drops: RecentDrops): void {
  const onResponse: onResponseHookHandler = (request, reply, done) => {
    if (isFromClient(request) && !isBesideApi(request.url))
      traffic.answered(answerOf(reply.statusCode, reply.getHeader('cache-status')), reply.elapsedTime)
    done()
  }
  app.addHook('onResponse', onResponse)
  const end = hearCache(namespace, {
    call: ({ milliseconds }) => traffic.called(milliseconds),
    write: (write) => drops.add(write),
  })
  app.addHook('onClose', async () => end())
}

function answerOf(statusCode: number, cacheStatus: unknown): Answer {
  if (statusCode >= 500) return 'failed'
  const outcome = outcomeOf(cacheStatus)
  return outcome === 'stored' ? 'miss' : (outcome ?? 'other')
}
