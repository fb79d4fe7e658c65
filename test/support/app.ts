import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { createDatabase } from './database.ts'
import { compareAnswers } from './documented.ts'
import { failTest } from './not-documented.ts'
import { createNamespace, redisUrl } from './redis.ts'

compareAnswers(failTest)

/** The configuration of a service on a database and in a namespace of the test's own. */
export async function createConfig(t: Test, env: Record<string, string> = {}): Promise<Config> {
  return loadConfig({
    DATABASE_URL: env.DATABASE_URL ?? (await createDatabase(t)),
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
    LOG_LEVEL: 'silent',
    // A machine on which other tests run is no Redis that hangs.
    CACHE_DEADLINE: '5000',
    ...env,
  })
}

/** The service, closed when the test ends. */
export async function createApp(t: Test, env: Record<string, string> = {}): Promise<FastifyInstance> {
  const app = await buildApp(await createConfig(t, env))
  t.teardown(() => app.close())
  return app
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Sends a request, and tells what a client sees of its answer. */
export async function send(app: FastifyInstance, method: Method, url: string, payload?: object) {
  const response = await app.inject({ method, url, ...(payload && { payload }) })
  return {
    status: response.statusCode,
    headers: response.headers,
    cache: response.headers['cache-status'],
    body: response.body === '' ? undefined : response.json(),
  }
}
