import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { CallEvent, WriteEvent } from '../cache/index.ts'
import { outcomeOf } from '../cache-status.ts'
import { isFromClient } from '../own-requests.ts'
import type { RecentDrops } from './recent-drops.ts'
import type { Answer, Traffic } from './traffic.ts'

/** What is about the service and not of it. */
const BESIDE = /^\/(?:cache|health|docs|metrics)(?:[/?]|$)/

/**
 * Counts what the service answers from now on, until it closes.
 *
 * @param namespace of its cache: another service in this process has another one
 */
export function observe(app: FastifyInstance, namespace: string, traffic: Traffic, drops: RecentDrops): void {
  const onResponse: onResponseHookHandler = (request, reply, done) => {
    if (isFromClient(request) && !BESIDE.test(request.url))
      traffic.answered(answerOf(reply.statusCode, reply.getHeader('cache-status')), reply.elapsedTime)
    done()
  }
  app.addHook('onResponse', onResponse)
  const onCall = (message: unknown) => {
    const call = message as CallEvent
    if (call.namespace === namespace) traffic.called(call.milliseconds)
  }
  const onWrite = (message: unknown) => {
    const write = message as WriteEvent
    if (write.namespace === namespace) drops.add(write)
  }
  subscribe('hotshelf:call', onCall)
  subscribe('hotshelf:write', onWrite)
  app.addHook('onClose', async () => {
    unsubscribe('hotshelf:call', onCall)
    unsubscribe('hotshelf:write', onWrite)
  })
}

function answerOf(statusCode: number, cacheStatus: unknown): Answer {
  if (statusCode >= 500) return 'failed'
  const outcome = outcomeOf(cacheStatus)
  return outcome === 'stored' ? 'miss' : (outcome ?? 'other')
}
