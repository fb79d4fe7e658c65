import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import fp from 'fastify-plugin'
import type { CallEvent, ReadEvent, WriteEvent } from '../cache/index.ts'
import { hearCache } from '../cache-events.ts'
import type { Config } from '../config.ts'
import { lengthOf, type Span } from '../spans.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What its handler has asked for; null where no handler has been asked. */
    account: Account | null
    /** Milliseconds after which it was known whether its page is kept; 0 where it is for none. */
    lookup: number
  }
}

/** What has been asked for on behalf of a request. */
class Account {
  /** Reads that the database was asked for: `Book.findMany`. */
  readonly missed = new Set<string>()
  private readonly calls: Span[] = []
  private readonly all: Span[] = []

  get isEmpty(): boolean {
    return this.all.length === 0
  }

  /** Milliseconds in which the database was asked, and in which it was not, but the cache. */
  get times(): { readonly database: number; readonly cache: number } {
    const database = lengthOf(this.calls)
    return { database, cache: lengthOf(this.all) - database }
  }

  read({ model, operation, outcome, milliseconds }: ReadEvent): void {
    if (outcome !== 'hit' && outcome !== 'bypass') this.missed.add(`${model}.${operation}`)
    this.note(this.all, milliseconds)
  }

  call({ milliseconds }: CallEvent): void {
    this.note(this.calls, milliseconds)
    this.note(this.all, milliseconds)
  }

  drop({ milliseconds }: WriteEvent): void {
    this.note(this.all, milliseconds)
  }

  private note(spans: Span[], milliseconds: number): void {
    const end = performance.now()
    spans.push({ start: end - milliseconds, end })
  }
}

/**
 * Keeps an account of what each request's handler asks for, and says in `Server-Timing` how long the cache, the database
 * and all of it took, in milliseconds.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const accounts = new AsyncLocalStorage<Account>()
    const end = hearCache(config.CACHE_NAMESPACE, {
      read: (event) => accounts.getStore()?.read(event),
      call: (event) => accounts.getStore()?.call(event),
      write: (event) => accounts.getStore()?.drop(event),
    })
    app.addHook('onClose', async () => end())

    app.decorateRequest('account', null)
    app.decorateRequest('lookup', 0)
    // A page that is kept costs no account: its request never comes here.
    app.addHook('preHandler', (request, _reply, done) => {
      request.account = new Account()
      accounts.run(request.account, done)
    })
    app.addHook('onSend', ({ account, lookup }, reply, payload, done) => {
      if (lookup > 0 || (account && !account.isEmpty)) {
        const { database, cache } = account?.times ?? { database: 0, cache: 0 }
        const db = database > 0 ? `db;dur=${database.toFixed(2)}, ` : ''
        const total = `total;dur=${reply.elapsedTime.toFixed(2)}`
        reply.header('server-timing', `cache;dur=${(cache + lookup).toFixed(2)}, ${db}${total}`)
      }
      done(null, payload)
    })
  },
  { name: 'accounts', fastify: '5.x' },
)
