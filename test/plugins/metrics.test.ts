import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { askItself } from '../../src/own-requests.ts'
import { createApp, send } from '../support/app.ts'
import { keepBusy } from '../support/busy.ts'
import { Link } from '../support/link.ts'
import { redisUrl } from '../support/redis.ts'

/** The value of a series at a scrape; labels in any order, and NaN where there is none. */
async function scrape(app: FastifyInstance) {
  const { body, statusCode, headers } = await app.inject('/metrics')
  t.equal(statusCode, 200)
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const series = body.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    return name === undefined ? [] : [{ name, labels: labels.split(',').sort().join(), value: Number(value) }]
  })
  const value = (name: string, ...labels: string[]) =>
    series.find((one) => one.name === name && one.labels === labels.sort().join())?.value ?? Number.NaN
  return { body, value }
}

t.test('what has happened is in the metrics', async (t) => {
  const app = await createApp(t, { CACHE_NEAR: '1' })
  const { body: author } = await send(app, 'POST', '/authors', { name: 'one' })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const page = `/authors/${author.id}`
  for (let times = 0; times < 3; times++) await fetch(url + page)
  await send(app, 'PATCH', page, { name: 'two' })
  await askItself(app, '/nowhere')
  for (const path of ['/nowhere', '/nowhere/else', '/health/live']) await fetch(url + path)
  const count = 'hotshelf_http_request_duration_seconds_count'
  const last = ['method="GET"', 'route="/health/live"', 'status="200"', 'cache=""']
  let scraped = await scrape(app)
  while (Number.isNaN(scraped.value(count, ...last))) scraped = await scrape(app)
  const { body, value } = scraped

  const read = ['model="Author"', 'operation="findUnique"']
  t.equal(value('hotshelf_reads_total', ...read, 'outcome="stored"'), 1)
  t.equal(value('hotshelf_reads_total', ...read, 'outcome="hit"'), 1)
  t.equal(value('hotshelf_reads_total', ...read, 'outcome="failed"'), 0)
  t.equal(value('hotshelf_read_duration_seconds_count', 'outcome="hit"'), 1)
  t.equal(value('hotshelf_read_duration_seconds_count', 'outcome="stored"'), 1)
  t.ok(value('hotshelf_read_duration_seconds_sum', 'outcome="hit"') < 1, 'in seconds')
  const call = ['model="Author"', 'failed="false"']
  t.equal(value('hotshelf_database_call_duration_seconds_count', ...call, 'operation="findUnique"'), 1)
  t.equal(value('hotshelf_database_call_duration_seconds_count', ...call, 'operation="create"'), 1)
  t.equal(value('hotshelf_pages_total', 'outcome="hit"'), 1)
  t.equal(value('hotshelf_pages_total', 'outcome="miss"'), 2)
  t.equal(value('hotshelf_stored_total', 'kind="entry"'), 1)
  t.equal(value('hotshelf_stored_total', 'kind="page"'), 1)
  t.ok(value('hotshelf_stored_bytes_total', 'kind="page"') > 20)
  t.ok(value('hotshelf_dropped_tags_total', 'model="Author"') >= 2)
  t.ok(value('hotshelf_near_hits_total') > 0)
  t.equal(value('hotshelf_near_entries'), 2)
  t.ok(value('hotshelf_near_bytes') > 100)
  t.equal(value('hotshelf_joined_reads_total', 'process="this"'), 0)
  for (const name of [
    'swept_intents_total',
    'too_large_total',
    'unreadable_total',
    'owed_tags',
    'breaker_open',
  ])
    t.equal(value(`hotshelf_${name}`), 0, name)
  t.equal(value('hotshelf_open_intents'), 0)
  t.equal(value('hotshelf_redis_connected'), 1)
  const route = ['method="GET"', 'route="/authors/:id"', 'status="200"']
  t.equal(value(count, ...route, 'cache="hit"'), 2)
  t.equal(value(count, ...route, 'cache="stored"'), 1)
  t.equal(
    value(count, 'method="GET"', 'route=""', 'status="404"', 'cache=""'),
    2,
    'paths are no labels, and what the service asks of itself is no request',
  )
  t.ok(value('process_cpu_seconds_total') > 0)
  t.notMatch(body, /nowhere/)
})

t.test('two services in a process count for themselves', async (t) => {
  const [one, other] = [await createApp(t), await createApp(t)]
  await send(one, 'GET', '/books')
  const labels = ['model="Book"', 'operation="findMany"', 'outcome="stored"']
  t.equal((await scrape(one)).value('hotshelf_reads_total', ...labels), 1)
  t.ok(Number.isNaN((await scrape(other)).value('hotshelf_reads_total', ...labels)))
  t.ok(Number.isNaN((await scrape(other)).value('hotshelf_read_duration_seconds_count', 'outcome="stored"')))
})

t.test('a Redis that hangs shows in the metrics', async (t) => {
  const link = new Link(redisUrl())
  const app = await createApp(t, { REDIS_URL: `redis://${await link.listen(t)}`, CACHE_DEADLINE: '20' })
  const { body: author } = await send(app, 'POST', '/authors', { name: 'one' })
  link.hold()
  while ((await scrape(app)).value('hotshelf_breaker_open') === 0) await send(app, 'GET', '/books')
  await send(app, 'PATCH', `/authors/${author.id}`, { name: 'two' })
  const { value } = await scrape(app)
  t.equal(value('hotshelf_breaker_open'), 1)
  t.ok(value('hotshelf_owed_tags') > 0)
  link.release()
  while ((await scrape(app)).value('hotshelf_owed_tags') > 0) await send(app, 'GET', '/books')
  t.equal((await scrape(app)).value('hotshelf_breaker_open'), 0)
})

t.test('without a connection to Redis the metrics say so, and with no Redis nothing of it', async (t) => {
  const away = await createApp(t, { REDIS_URL: 'redis://127.0.0.1:1' })
  t.equal((await scrape(away)).value('hotshelf_redis_connected'), 0)
  const without = await createApp(t, { REDIS_URL: '' })
  t.ok(Number.isNaN((await scrape(without)).value('hotshelf_redis_connected')))
})

t.test('the metrics take the token, where one is set', async (t) => {
  const app = await createApp(t, { API_TOKEN: 'token' })
  const get = (authorization?: string) =>
    app.inject({ url: '/metrics', headers: { ...(authorization && { authorization }) } })
  t.equal((await get()).statusCode, 401)
  t.equal((await get('Bearer wrong')).statusCode, 401)
  t.equal((await get('Bearer token')).statusCode, 200)
  const { paths } = (await app.inject('/docs/json')).json()
  t.same(paths['/metrics'].get.security, [{ token: [] }])
})

t.test('the metrics are there while the service has too much to do', async (t) => {
  const app = await createApp(t, { MAX_DELAY: '1' })
  keepBusy(t)
  while ((await send(app, 'GET', '/books')).status !== 503);
  await scrape(app)
})
