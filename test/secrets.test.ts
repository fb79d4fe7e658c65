import { Writable } from 'node:stream'
import t, { type Test } from 'tap'
import { buildApp } from '../src/app.ts'
import { createConfig } from './support/app.ts'
import { createDatabase } from './support/database.ts'
import { connectRedis, createNamespace, redisUrl, startRedis } from './support/redis.ts'

const TOKEN = 'token-that-nobody-reads'
const PASSWORD = 'password-that-nobody-reads'
const SECRETS = new RegExp(`${TOKEN}|${PASSWORD}`)

/** The service, and everything that it logs at the lowest level. */
async function createTalkative(t: Test, env: Record<string, string>) {
  let said = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      said += chunk
      done()
    },
  })
  const config = await createConfig(t, { API_TOKEN: TOKEN, ...env })
  const app = await buildApp(config, { logger: { level: 'trace', stream } })
  t.teardown(() => app.close())
  const answers: string[] = []
  const ask = async (method: 'GET' | 'POST', url: string, token?: string) => {
    const response = await app.inject({
      method,
      url,
      ...(method === 'POST' && { payload: { name: 'x' } }),
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    })
    answers.push(JSON.stringify(response.headers) + response.body)
    return response.statusCode
  }
  return { app, ask, told: () => said + answers.join('\n') }
}

const withPassword = (url: string, user: string): string => {
  const parsed = new URL(url)
  parsed.username = user
  parsed.password = PASSWORD
  return parsed.href
}

t.test('where all is well, logs and answers hold no secret', async (t) => {
  const { app, ask, told } = await createTalkative(t, {})
  t.equal(await ask('POST', '/authors', TOKEN), 201)
  t.equal(await ask('POST', '/authors', `${TOKEN}x`), 401)
  t.equal(await ask('GET', '/authors', TOKEN), 200)
  t.equal(await ask('GET', '/docs/json'), 200)
  t.match(told(), /"msg":"request"/)
  t.notMatch(told() + JSON.stringify(app.prisma.$cache.explain('Author', 'findMany')), SECRETS)
})

t.test('where neither Redis nor the database lets us in, they hold none either', async (t) => {
  const { url } = await startRedis(t, undefined, ['--requirepass', 'another'])
  const database = new URL(await createDatabase(t))
  const { ask, told } = await createTalkative(t, {
    DATABASE_URL: withPassword(database.href, 'nobody'),
    REDIS_URL: withPassword(url, 'default'),
  })
  t.equal(await ask('GET', '/authors'), 503)
  t.equal(await ask('POST', '/authors', TOKEN), 503)
  t.equal(await ask('GET', '/health/ready'), 503)
  t.match(told(), /Redis cannot be reached/)
  t.match(told(), /The database cannot be reached/)
  t.notMatch(told(), SECRETS)
})

t.test('where there is nobody at their addresses, they hold none either', async (t) => {
  const nowhere = 'localhost:1'
  const { ask, told } = await createTalkative(t, {
    DATABASE_URL: `postgresql://nobody:${PASSWORD}@${nowhere}/x`,
    REDIS_URL: `redis://default:${PASSWORD}@${nowhere}`,
  })
  t.equal(await ask('GET', '/authors'), 503)
  t.equal(await ask('POST', '/authors', TOKEN), 503)
  t.match(told(), /Redis cannot be reached/)
  t.notMatch(told(), SECRETS)
})

t.test('what somebody looks for is not readable in the keys of Redis', async (t) => {
  const redis = connectRedis(t, redisUrl())
  await redis.connect()
  const namespace = createNamespace()
  const { ask } = await createTalkative(t, { CACHE_NAMESPACE: namespace })
  t.equal(await ask('GET', `/authors?q=${PASSWORD}`), 200)
  t.equal(await ask('GET', `/authors?q=${PASSWORD}`), 200)
  const keys = await redis.keys(`${namespace}:*`)
  t.ok(keys.some((key) => key.startsWith(`${namespace}:e:`)))
  t.notMatch(keys.join('\n'), SECRETS)
})
