import { connect } from 'node:net'
import t from 'tap'
import { createApp, send } from '../support/app.ts'

const app = await createApp(t)
const PROBLEM = 'application/problem+json'

const names = ['Ann', 'Bob', 'Cy']
const authors = await Promise.all(
  names.map(async (name) => (await send(app, 'POST', '/authors', { name })).body),
)
const ids: number[] = []
for (let n = 0; n < 25; n++) {
  const { body } = await send(app, 'POST', '/books', {
    title: `Tie ${n % 3}`,
    publishedYear: n % 4 === 0 ? null : (n % 5) - 2,
    ratingsCount: n % 2,
    language: n % 2 ? 'eng' : 'fre',
    authorIds: [authors[n % 3].id],
  })
  ids.push(body.id)
}

async function collect(query: string): Promise<{ id: number; [field: string]: unknown }[]> {
  const all = []
  let next: string | null = ''
  while (next !== null) {
    const { status, body } = await send(
      app,
      'GET',
      `/books?${query}&limit=4${next && `&cursor=${encodeURIComponent(next)}`}`,
    )
    if (status !== 200) throw new Error(JSON.stringify(body))
    all.push(...body.data)
    next = body.next
  }
  return all
}

for (const sort of ['title', '-title', 'publishedYear', '-publishedYear', 'ratingsCount', '-ratingsCount']) {
  t.test(`the pages of ?sort=${sort} hold every book once, in order, with empty years last`, async (t) => {
    const books = await collect(`sort=${sort}`)
    t.same(
      books.map(({ id }) => id).sort((a, b) => a - b),
      ids,
    )
    const field = sort.replace('-', '')
    const values = books.map((book) => book[field]).filter((value) => value !== null) as (string | number)[]
    const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    t.same(values, sort.startsWith('-') ? sorted.reverse() : sorted)
    t.notOk(books.slice(0, values.length).some((book) => book[field] === null))
    const whole = (await send(app, 'GET', `/books?sort=${sort}&limit=100`)).body
    t.same(whole.data, books)
    t.equal(whole.next, null)
  })
}

t.test('filters by author, language and text', async (t) => {
  t.ok((await collect(`author=${authors[0].id}`)).every(({ title }) => title === 'Tie 0'))
  t.ok((await collect('language=fre')).every(({ language }) => language === 'fre'))
  t.equal((await collect('q=tie%201')).length, 8)
  t.equal((await collect('q=%25')).length, 0, 'a percent sign is only itself')
  t.equal((await collect('q=T_e')).length, 0, 'an underscore is only itself')
})

t.test('a page stays where it was when its cursor’s book is deleted', async (t) => {
  const first = (await send(app, 'GET', '/books?sort=title&limit=3')).body
  const second = (await send(app, 'GET', `/books?sort=title&limit=3&cursor=${first.next}`)).body
  await send(app, 'DELETE', `/books/${first.data[2].id}`)
  t.same((await send(app, 'GET', `/books?sort=title&limit=3&cursor=${first.next}`)).body, second)
})

t.test('a tampered cursor, or one of another sort, is a 400', async (t) => {
  const { next } = (await send(app, 'GET', '/books?limit=1')).body
  const middle = Math.floor(next.length / 2)
  const tampered = next.slice(0, middle) + (next[middle] === 'A' ? 'B' : 'A') + next.slice(middle + 1)
  for (const cursor of [tampered, 'x', '%00', next.slice(1), `${next}A`]) {
    const { status, body } = await send(app, 'GET', `/books?cursor=${cursor}`)
    t.equal(status, 400, cursor)
    t.ok(body.detail.includes('cursor'))
  }
  t.equal((await send(app, 'GET', `/books?sort=title&cursor=${next}`)).status, 400)
})

t.test('what a request gets wrong is a 400 that names the field', async (t) => {
  const wrong: [Parameters<typeof send>[1], string, object | undefined, string][] = [
    ['GET', '/books?limit=0', undefined, 'limit'],
    ['GET', '/books?limit=101', undefined, 'limit'],
    ['GET', '/books?limit=1.5', undefined, 'limit'],
    ['GET', '/books?sort=isbn', undefined, 'sort'],
    ['GET', '/books?colour=red', undefined, 'colour'],
    ['GET', '/books/abc', undefined, 'id'],
    ['GET', '/books/2147483648', undefined, 'id'],
    ['POST', '/books', {}, 'title'],
    ['POST', '/books', { title: 'x', pages: 3 }, 'pages'],
    ['POST', '/books', { title: 5 }, 'title'],
    ['POST', '/books', { title: 'a\u0000b' }, 'title'],
    ['POST', '/books', { title: 'x', ratingsCount: '5' }, 'ratingsCount'],
    ['POST', '/books', { title: 'x', averageRating: 6 }, 'averageRating'],
    ['POST', '/books', { title: 'x', isbn: '12' }, 'isbn'],
    ['POST', '/books', { title: 'x', authorIds: [2147483647] }, 'authorIds'],
    ['PATCH', `/books/${ids[5]}`, { authorIds: [1, 1] }, 'authorIds'],
    ['POST', `/books/${ids[5]}/reviews`, { rating: 6, reviewer: 'x' }, 'rating'],
    ['PATCH', `/authors/${authors[0].id}`, { name: null }, 'name'],
  ]
  for (const [method, url, body, field] of wrong) {
    const answer = await send(app, method, url, body)
    t.equal(answer.status, 400, `${method} ${url} ${JSON.stringify(body)}`)
    t.match(answer.headers['content-type'], PROBLEM)
    t.ok(
      answer.body.errors.some((error: { field: string }) => error.field.startsWith(field)),
      JSON.stringify(answer.body),
    )
  }
  t.equal((await send(app, 'PATCH', `/books/${ids[5]}`, {})).status, 400)
})

t.test('missing things are a 404, a second isbn a 409, and neither tells of SQL', async (t) => {
  const missing: [Parameters<typeof send>[1], string, object?][] = [
    ['GET', '/books/999999'],
    ['PUT', '/books/999999', { title: 'x' }],
    ['PATCH', '/books/999999', { title: 'x' }],
    ['DELETE', '/books/999999'],
    ['GET', '/authors/999999'],
    ['PATCH', '/authors/999999', { name: 'x' }],
    ['DELETE', '/authors/999999'],
    ['GET', '/books/999999/reviews'],
    ['DELETE', '/reviews/999999'],
    ['POST', '/books/999999/reviews', { rating: 1, reviewer: 'x' }],
    ['GET', '/nowhere'],
  ]
  for (const [method, url, body] of missing) {
    const answer = await send(app, method, url, body)
    t.equal(answer.status, 404, `${method} ${url}`)
    t.match(answer.headers['content-type'], PROBLEM)
  }
  t.equal((await send(app, 'POST', '/books', { title: 'x', isbn: '0306406152' })).status, 201)
  const twice = await send(app, 'POST', '/books', { title: 'y', isbn: '0306406152' })
  t.equal(twice.status, 409)
  t.notMatch(JSON.stringify(twice.body), /prisma|select|insert|constraint/i)
})

t.test('a body that is no JSON, too large or of another type is refused', async (t) => {
  const post = (payload: string, type = 'application/json') =>
    app.inject({ method: 'POST', url: '/books', payload, headers: { 'content-type': type } })
  t.equal((await post('{"title":')).statusCode, 400)
  t.equal((await post(JSON.stringify({ title: 'x'.repeat(200_000) }))).statusCode, 413)
  t.equal((await post('<book/>', 'text/xml')).statusCode, 415)
  t.match((await post('{')).headers['content-type'], PROBLEM)
})

t.test('PUT empties what is not given, PATCH leaves it, and a review is counted', async (t) => {
  const id = ids[7]
  const put = await send(app, 'PUT', `/books/${id}`, { title: 'Only', averageRating: 3.25 })
  t.match(put.body, {
    title: 'Only',
    averageRating: 3.25,
    publishedYear: null,
    language: null,
    ratingsCount: 0,
    authors: [],
  })
  t.equal((await send(app, 'PATCH', `/books/${id}`, { language: 'deu' })).body.title, 'Only')
  const review = await send(app, 'POST', `/books/${id}/reviews`, { rating: 3, reviewer: 'Me' })
  t.equal(review.status, 201)
  t.match(review.body.createdAt, /^\d{4}-.*Z$/)
  t.same((await send(app, 'GET', `/books/${id}`)).body.reviews, { count: 1, average: 3 })
  t.equal((await send(app, 'DELETE', `/reviews/${review.body.id}`)).status, 204)
  t.same((await send(app, 'GET', `/books/${id}`)).body.reviews, { count: 0, average: null })
})

t.test('a rating may be any number of two decimals from 0 to 5, and no other', async (t) => {
  const rate = (averageRating: number) => send(app, 'PATCH', `/books/${ids[9]}`, { averageRating })
  const refused = []
  for (let cents = 0; cents <= 500; cents++) {
    const { status, body } = await rate(cents / 100)
    if (status !== 200 || body.averageRating !== cents / 100) refused.push(cents / 100)
  }
  t.same(refused, [])
  for (const rating of [4.0100000001, 4.015, 0.001, 5.01, -0.01])
    t.equal((await rate(rating)).status, 400, String(rating))
})

t.test('with a token set, writes need it and reads do not', async (t) => {
  const guarded = await createApp(t, { API_TOKEN: 'secret-token' })
  const post = (authorization?: string) =>
    guarded.inject({
      method: 'POST',
      url: '/authors',
      payload: { name: 'x' },
      headers: authorization ? { authorization } : {},
    })
  for (const authorization of [undefined, 'Bearer wrong', 'Basic secret-token', 'Bearer ']) {
    const answer = await post(authorization)
    t.equal(answer.statusCode, 401, String(authorization))
    t.match(answer.headers['content-type'], PROBLEM)
    t.match(answer.headers['www-authenticate'], /^Bearer/)
  }
  t.equal((await post('Bearer secret-token')).statusCode, 201)
  t.equal((await post('bearer secret-token')).statusCode, 201)
  t.equal((await send(guarded, 'GET', '/books')).status, 200)
})

t.test('the document names every route', async (t) => {
  const { body } = await send(app, 'GET', '/docs/json')
  t.same(Object.keys(body.paths).sort(), [
    '/authors',
    '/authors/{id}',
    '/books',
    '/books/{id}',
    '/books/{id}/reviews',
    '/cache/drop',
    '/cache/events',
    '/cache/explain',
    '/cache/stats',
    '/cache/warm',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/reviews/{id}',
  ])
  t.equal((await app.inject('/docs')).statusCode, 200)
})

t.test('what fails before there is a route is a problem, too', async (t) => {
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = new URL(url)
  const problem = async (status: number, path: string, init?: RequestInit) => {
    const response = await fetch(`${url}${path}`, init)
    t.equal(response.status, status, path)
    t.match(response.headers.get('content-type'), PROBLEM, path)
    t.match(await response.json(), { status, type: /^urn:hotshelf:problem:/ })
  }
  await problem(400, '/books/%zz')
  await problem(400, `/books/${'1'.repeat(300)}`)
  await problem(431, `/books?q=${'a'.repeat(20_000)}`)
  for (const file of ['/cache/style.css', '/docs/static/swagger-ui.css'])
    for (const headers of [{ range: 'bytes=99999999-' }, { 'if-match': '"x"' }])
      await problem(400, file, { headers })
  const body = { method: 'POST', body: '{"title": "x"}' }
  await problem(415, '/books', { ...body, headers: { 'content-type': 'text/plain' } })
  const json = { 'content-type': 'application/json' }
  await problem(415, '/books', { ...body, headers: { ...json, 'content-encoding': 'gzip' } })
  await problem(400, '/books', { ...body, body: '{"__proto__": 1, "title": "x"}', headers: json })

  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      let said = ''
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
      socket.on('data', (chunk) => {
        said += chunk
      })
      socket.once('close', () => resolve(said)).once('error', reject)
    })
  t.match(
    await raw('GET /books HTTP/1.1\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1.1 400 [\s\S]*has no header Host/,
  )
  t.match(await raw('GARBAGE\r\n\r\n'), /^HTTP\/1.1 400 .*\r\nContent-Type: application\/problem\+json/)
  t.match(
    await raw('GET /docs/static/../../package.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1.1 404 /,
  )
})
