import t from 'tap'
import { createApp, send } from '../support/app.ts'

const app = await createApp(t, { API_TOKEN: 'token' })
const { body: document } = await send(app, 'GET', '/docs/json')

interface Media {
  readonly example?: unknown
  readonly examples?: object
}

interface Operation {
  readonly operationId: string
  readonly security: readonly unknown[]
  readonly parameters?: readonly (Media & { name?: string; $ref?: string })[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Response>>
}

interface Response {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, Media>>
  readonly content?: Readonly<Record<string, Media>>
}

const operations: [string, Operation][] = Object.entries(document.paths as Record<string, object>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
)
const ofAll = ['400', '408', '415', '431', '500', '503']
const ofWrites = ['401', '413', '429']
/** What tells nobody anything without the token. */
const GUARDED = new Set(['getMetrics', 'getCacheStats', 'watchCache', 'explainQuery'])

t.test('each operation tells what it answers, and no more', async (t) => {
  const own: Record<string, string[]> = {
    listBooks: ['200', '304'],
    getBook: ['200', '304', '404'],
    createBook: ['201', '409'],
    replaceBook: ['200', '404', '409'],
    updateBook: ['200', '404', '409'],
    deleteBook: ['204', '404'],
    listAuthors: ['200', '304'],
    getAuthor: ['200', '304', '404'],
    createAuthor: ['201'],
    updateAuthor: ['200', '404'],
    deleteAuthor: ['204', '404'],
    listReviews: ['200', '304', '404'],
    createReview: ['201', '404'],
    deleteReview: ['204', '404'],
    getLiveness: ['200'],
    getReadiness: ['200'],
    getMetrics: ['200'],
    getCacheStats: ['200'],
    watchCache: ['200'],
    explainQuery: ['200'],
    dropFromCache: ['200'],
    warmCache: ['200'],
  }
  t.same(operations.map(([, { operationId }]) => operationId).sort(), Object.keys(own).sort())
  for (const [name, { operationId, responses, security }] of operations) {
    const write = !name.startsWith('get ')
    const token = write || GUARDED.has(operationId)
    const expected = [
      ...(own[operationId] ?? []),
      ...ofAll,
      ...(write ? ofWrites : []),
      ...(token && !write ? ['401'] : []),
    ]
    t.same(Object.keys(responses), expected.sort(), name)
    t.equal(security.length, token ? 1 : 0, name)
  }
})

t.test('there is an example of each parameter, body, header and answer', async (t) => {
  const has = ({ example, examples }: Media) => example !== undefined || examples !== undefined
  const without: string[] = []
  const look = (where: string, media: Readonly<Record<string, Media>> = {}) => {
    for (const [name, one] of Object.entries(media)) if (!has(one)) without.push(`${where} ${name}`)
  }
  const responses: [string, Response][] = Object.entries(document.components.responses)
  for (const [name, { parameters = [], requestBody, responses: own }] of operations) {
    look(name, Object.fromEntries(parameters.filter(({ $ref }) => !$ref).map((one) => [one.name, one])))
    look(name, requestBody?.content)
    responses.push(
      ...Object.entries(own).map(([status, one]): [string, Response] => [`${name} ${status}`, one]),
    )
  }
  look('a parameter', document.components.parameters)
  for (const [name, { headers, content }] of responses) {
    look(name, headers)
    look(name, content)
  }
  t.same(without, [])
})

t.test('what is the same in several places has a name', async (t) => {
  t.same(Object.keys(document.components.schemas).sort(), [
    'Author',
    'AuthorDetail',
    'AuthorInput',
    'AuthorPage',
    'Book',
    'BookDetail',
    'BookFields',
    'BookInput',
    'BookPage',
    'BookPatch',
    'CacheState',
    'DropAnswer',
    'DropBody',
    'ExplainAnswer',
    'Problem',
    'Review',
    'ReviewInput',
    'ReviewPage',
    'WarmAnswer',
    'WarmBody',
  ])
})
