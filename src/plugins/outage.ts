import fp from 'fastify-plugin'
import { isBesideApi } from '../beside-api.ts'
import type { Config } from '../config.ts'
import { PROBLEMS, ProblemError } from '../problems/problem.ts'

/** Milliseconds between two looks whether the database is back. */
const PAUSE = 250

const UNAVAILABLE = PROBLEMS.unavailable.status

/**
 * Where it is configured so, refuses what the cache could answer while the database is out of reach: that is known when a
 * request has failed, and the database then does not answer a question of our own either.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (config.DATABASE_DOWN_HITS === 'serve') return
    let down = false
    let looking = false
    let closed = false
    let timer: NodeJS.Timeout | undefined
    const look = async () => {
      looking = true
      try {
        await app.prisma.$queryRaw`SELECT 1`
        down = looking = false
      } catch {
        down = true
        if (!closed) timer = setTimeout(look, PAUSE).unref()
      }
    }
    app.addHook('onResponse', async (_request, { statusCode }) => {
      if (statusCode === UNAVAILABLE && !looking) look()
    })
    app.addHook('onRequest', async ({ url }) => {
      if (down && !isBesideApi(url))
        throw new ProblemError(
          'unavailable',
          'The database cannot be reached right now. Try again in a moment.',
        )
    })
    app.addHook('onClose', async () => {
      closed = true
      clearTimeout(timer)
    })
  },
  { name: 'outage', fastify: '5.x', dependencies: ['errors'] },
)
