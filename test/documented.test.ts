import { gzipSync } from 'node:zlib'
import swagger from '@fastify/swagger'
import { fastify } from 'fastify'
import t from 'tap'
import { compareAnswers } from './support/documented.ts'

const complaints: string[] = []
compareAnswers((complaint) => complaints.push(complaint))

/** A service with one route, whose document says that it answers with a number or a text. */
const app = fastify()
await app.register(swagger, { openapi: { openapi: '3.1.0' } })
const content = {
  'application/json': { schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
  'text/plain': { schema: { type: 'string', minLength: 1 } },
}
const headers = { 'Content-Encoding': { type: 'string' } }
let answer: { status?: number; headers?: object; type?: string; body?: string | Buffer } = {}
app.get('/', { schema: { response: { 200: { description: '', headers, content } } } }, (_, reply) => {
  const { status = 200, headers = {}, type = 'application/json', body = '{"n":1}' } = answer
  reply.statusCode = status
  reply.headers(headers).type(type).serializer(String).send(body)
})
t.teardown(() => app.close())

async function complaintOf(next: typeof answer): Promise<string> {
  complaints.length = 0
  answer = next
  await app.inject('/')
  return complaints.join()
}

const zipped = (body: string) => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(body) })

t.test('an answer that the document allows is no complaint', async (t) => {
  t.equal(await complaintOf({}), '')
  t.equal(await complaintOf(zipped('{"n":2}')), '')
  t.equal(await complaintOf({ type: 'text/plain', body: '# no JSON' }), '')
})

t.test('any other is one, whatever is wrong with it', async (t) => {
  t.match(await complaintOf({ status: 201 }), /the status 201 is not documented/)
  t.match(await complaintOf({ headers: { 'x-odd': '1' } }), /the header x-odd is not documented/)
  t.match(await complaintOf({ type: 'text/html' }), /the type text\/html is not documented/)
  t.match(await complaintOf({ body: '{"n":"1"}' }), /n must be integer/)
  t.match(await complaintOf({ body: '<p>no JSON' }), /the body <p>no JSON: SyntaxError/)
  t.match(await complaintOf(zipped('{"n":"1"}')), /n must be integer/)
  t.match(await complaintOf({ type: 'text/plain', body: '' }), /NOT have fewer than 1 characters/)
})
