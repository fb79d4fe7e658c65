import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { freePort } from '../../scripts/services/ports.ts'
import { createApp } from '../support/app.ts'
import { hindrances, openPage, startBrowser } from '../support/browser.ts'
import { createDatabase } from '../support/database.ts'
import { createNamespace, redisUrl, startRedis } from '../support/redis.ts'
import { startServer } from '../support/server.ts'

const browser = await startBrowser(t)
const listen = async (t: Test, env: Record<string, string>) =>
  (await createApp(t, env)).listen({ port: 0, host: '127.0.0.1' })

async function write(url: string, method: string, body: object, token?: string) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  return fetch(url, { method, headers, body: JSON.stringify(body) })
}

t.test('it shows what is asked and written as it happens, to everybody', async (t) => {
  const redis = await startRedis(t)
  const url = await listen(t, { REDIS_URL: redis.url, CACHE_NEAR: '8', CACHE_REFILL: '0' })
  const { page, complaints } = await openPage(browser, `${url}/cache`)
  const shown = (id: string, text: string | RegExp) =>
    page.locator(`#${id}`).filter({ hasText: text }).waitFor()

  await shown('connection', 'Live')
  await shown('process', `pid ${process.pid}`)
  await shown('ratio-more', 'no reads')
  await shown('drops-empty', 'No write')

  const { id } = (await (await write(`${url}/authors`, 'POST', { name: 'Ada' })).json()) as { id: number }
  for (let times = 0; times < 4; times++) await fetch(`${url}/authors/${id}`)
  await shown('ratio', '75.0 %')
  await shown('ratio-more', '3 of 4 reads')
  await shown('rate-more', '5 in a minute')
  await shown('hit-more', '· 3')
  await shown('miss-more', '· 1')
  await shown('drops', 'Author.create')
  await shown('dropped-of', /Author \d/)
  await shown('store', /reachable.*Redis 7|Valkey/)
  await shown('cache', /Near level.* of 16 MB/)
  await shown('hot', `/authors/${id}`)

  t.test('a query is explained, or what is wrong with it', async () => {
    await page.getByLabel('Model', { exact: true }).selectOption('Author')
    await page.getByLabel('Operation').selectOption('findUnique')
    await page.getByLabel('Arguments').fill('{ "where": { "id": 7 } }')
    await page.getByRole('button', { name: 'Explain' }).click()
    await shown('explained', /yes.*Author\[id=7\].*a write of an Author with id 7/)
    await page.getByLabel('Arguments').fill('{ "where": ')
    await page.getByRole('button', { name: 'Explain' }).click()
    await shown('explain-error', /args must be JSON: /)
    await page.getByLabel('Arguments').fill('[]')
    await page.getByRole('button', { name: 'Explain' }).click()
    await shown('explain-error', 'args must be an object')
  })

  t.test('a model is dropped by the keyboard alone, once that is confirmed', async (t) => {
    const cached = async () => (await fetch(`${url}/authors/${id}`)).headers.get('cache-status')
    await page.getByLabel('What to drop').focus()
    await page.keyboard.type('Author')
    await page.keyboard.press('Tab')
    for (const keys of [['Escape'], ['Enter']]) {
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: 'Drop what reaches Author?' }).waitFor()
      for (const key of keys) await page.keyboard.press(key)
      t.equal(await cached(), 'hotshelf; hit', 'nothing is dropped that was not confirmed')
    }
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await shown('done', 'Dropped: Author.')
    t.match(await cached(), /^hotshelf; fwd=miss; stored/)
  })

  t.test('the cache is warmed', async () => {
    await page.getByRole('button', { name: 'Warm the cache' }).click()
    await shown('done', /Warm: \d+ pages stored/)
  })

  t.test('light and dark, large and small, it hinders nobody', async (t) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.same(await hindrances(page), [], colorScheme)
    }
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const dark = await ground()
    await page.emulateMedia({ colorScheme: 'light' })
    t.not(await ground(), dark)
    await page.setViewportSize({ width: 360, height: 740 })
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing is cut off')
    t.same(await hindrances(page), [], 'small')
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  t.test('a Redis that goes is told of, and one that comes back', async (t) => {
    await redis.stop()
    await shown('notices', 'Redis cannot be reached')
    await page.getByLabel('What to drop').selectOption('')
    await page.getByRole('button', { name: 'Drop…' }).click()
    await page.getByRole('button', { name: 'Drop', exact: true }).click()
    await shown('do-error', 'the drop is owed')
    await shown('notices', /drop of \d+ tags is owed/)
    await startRedis(t, redis.port)
    await page.locator('#notices:empty').waitFor({ state: 'attached' })
    await shown('store', 'reachable')
  })

  t.same(
    complaints.filter((complaint) => !/status of (400|503)/.test(complaint)),
    [],
    'the browser has nothing else to complain of',
  )
})

t.test('with a token it asks for that, and keeps it in the tab', async (t) => {
  const url = await listen(t, { API_TOKEN: 'right-token' })
  const { page } = await openPage(browser, `${url}/cache`)
  const field = page.getByLabel('Token')
  await field.waitFor()
  t.same(await hindrances(page), [])
  t.equal(await page.locator('#figures').isVisible(), false)
  for (const wrong of ['wrong-token', 'what no header can have: →']) {
    await field.fill(wrong)
    await page.keyboard.press('Enter')
    await page.getByText('That is not the token.').waitFor()
  }
  await field.fill(' right-token')
  await page.keyboard.press('Enter')
  await page.getByText('Live').waitFor()
  await page.reload()
  await page.getByText('Live').waitFor()
  t.notMatch(page.url(), /token/)
  await page.getByRole('button', { name: 'Forget token' }).click()
  await field.waitFor()
})

t.test('what tells or does something needs the token; the page itself has none', async (t) => {
  const url = await listen(t, { API_TOKEN: 'right-token' })
  const reads = ['stats', 'events', 'explain?model=Book&operation=findMany']
  for (const path of reads) t.equal((await fetch(`${url}/cache/${path}`)).status, 401, path)
  for (const path of ['drop', 'warm']) {
    t.equal((await write(`${url}/cache/${path}`, 'POST', { model: null })).status, 401, path)
    t.equal((await write(`${url}/cache/${path}`, 'POST', { model: null }, 'other')).status, 401, path)
  }
  for (const path of ['', '/main.js', '/style.css', '/icon.svg']) {
    const answer = await fetch(`${url}/cache${path}`)
    t.equal(answer.status, 200, path)
    t.match(answer.headers.get('content-security-policy'), /script-src 'self'/)
    t.equal(answer.headers.get('cache-control'), 'public, max-age=0', 'no file is used beside a later one')
  }
  for (const path of ['/../dashboard.ts', '/%2e%2e/dashboard.ts', '/nothing.js'])
    t.equal((await fetch(`${url}/cache${path}`)).status, 404, path)
  const stats = await fetch(`${url}/cache/stats`, { headers: { authorization: 'Bearer right-token' } })
  t.match(await stats.json(), { store: { state: 'redis' }, cache: { down: false } })
})

t.test('what another site may make a browser send does nothing', async (t) => {
  const url = await listen(t, {})
  for (const path of ['drop', 'warm']) {
    t.equal((await fetch(`${url}/cache/${path}`, { method: 'POST' })).status, 400, 'no body')
    const form = { method: 'POST', body: '{"model":null}', headers: { 'content-type': 'text/plain' } }
    t.equal((await fetch(`${url}/cache/${path}`, form)).status, 415, 'a form')
  }
})

t.test('so many may look and no more, and who has gone makes room', async (t) => {
  const url = await listen(t, {})
  const looks = Array.from({ length: 20 }, () => new AbortController())
  const look = (signal?: AbortSignal) => fetch(`${url}/cache/events`, signal ? { signal } : {})
  const answers = await Promise.all(looks.map(({ signal }) => look(signal)))
  t.ok(answers.every(({ status }) => status === 200))
  t.equal((await look()).status, 503)
  const { page } = await openPage(browser, `${url}/cache`)
  await page.getByText('Too many look').waitFor()
  await page.close()
  looks[0]?.abort()
  while ((await look(looks[1]?.signal)).status !== 200) {
    // The service has not heard of it yet.
  }
  for (const each of looks) each.abort()
})

t.test('without Redis, or with the cache off, it says so', async (t) => {
  for (const [env, said] of [
    [{ CACHE: 'off' }, 'The cache is off'],
    [{ REDIS_URL: '' }, 'the cache lives in this process alone'],
  ] as [Record<string, string>, string][]) {
    const { page } = await openPage(browser, `${await listen(t, env)}/cache`)
    await page.getByText(said).waitFor()
    await page.close()
  }
})

t.test('a stream keeps no process from its end, and a page finds the next process', async (t) => {
  const env = {
    DATABASE_URL: await createDatabase(t),
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
    PORT: String(await freePort()),
  }
  const first = startServer(t, env)
  const { page } = await openPage(browser, `${await first.listening}/cache`)
  await page.getByText(`pid ${first.child.pid}`).waitFor()
  // As browsers open them in advance, and ask for nothing.
  const unused = connect(Number(env.PORT), '127.0.0.1')
  await once(unused, 'connect')
  const ended = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  t.same(await ended, [0, null], 'within the time that it has, or it would not be 0')
  await page.getByText('Reconnecting').waitFor()
  const second = startServer(t, env)
  await second.listening
  await page.getByText(`pid ${second.child.pid}`).waitFor()
  await page.getByText('Live').waitFor()
})
