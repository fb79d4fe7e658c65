import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { ReadEvent, WriteEvent } from '../cache/index.ts'
import type { RecentDrops } from './recent-drops.ts'
import type { Answer, Traffic } from './traffic.ts'

/** What is about the service and not of it. */
const BESIDE = /^\/(?:cache|health|docs)(?:[/?]|$)/

/** Counts what the service answers from now on, until it closes. */
export function observe(app: FastifyInstance, traffic: Traffic, drops: RecentDrops): void {
  const onResponse: onResponseHookHandler = (request, reply, done) => {
    // What the service asks of itself, to fill the cache, does not come through a socket.
    if (request.raw.socket instanceof Socket && !BESIDE.test(request.url))
      traffic.answered(answerOf(reply.statusCode, reply.getHeader('cache-status')), reply.elapsedTime)
    done()
  }
  app.addHook('onResponse', onResponse)
  const onRead = (message: unknown) => {
    const { outcome, milliseconds } = message as ReadEvent
    if (outcome !== 'hit' && outcome !== 'failed') traffic.asked(milliseconds)
  }
  const onWrite = (message: unknown) => drops.add(message as WriteEvent)
  subscribe('hotshelf:read', onRead)
  subscribe('hotshelf:write', onWrite)
  app.addHook('onClose', async () => {
    unsubscribe('hotshelf:read', onRead)
    unsubscribe('hotshelf:write', onWrite)
  })
}

/** @param cacheStatus as `src/plugins/pages.ts` writes it */
function answerOf(statusCode: number, cacheStatus: unknown): Answer {
  if (statusCode >= 500) return 'failed'
  if (typeof cacheStatus !== 'string') return 'other'
  if (cacheStatus.endsWith('hit')) return 'hit'
  return cacheStatus.endsWith('bypass') ? 'bypass' : 'miss'
}
