import { connect } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { createApp, createConfig } from '../support/app.ts'
import { encode, type OddRequest, oddRequest } from './odd-requests.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} makes the same requests again`)

const { DATABASE_URL } = await createConfig(t)
async function listen(more: Record<string, string>): Promise<number> {
  const app = await createApp(t, { DATABASE_URL, RATE_LIMIT: 'off', API_TOKEN: 'token', ...more })
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}
const cached = await listen({})
const uncached = await listen({ CACHE: 'off' })

/** Sends a request, and waits until the server has closed the connection. */
async function ask(port: number, request: OddRequest) {
  const answer = await new Promise<string>((resolve, reject) => {
    const said: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(encode(request)))
    socket.on('data', (chunk) => said.push(chunk))
    socket.once('close', () => resolve(Buffer.concat(said).toString()))
    // It may be refused before all of it was sent.
    socket.once('error', (error) => said.length === 0 && reject(error))
  })
  const [head = '', body = ''] = answer.split(/\r\n\r\n([\s\S]*)/)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  return { status, type: /^content-type: (.*)$/im.exec(head)?.[1] ?? '', body }
}

/** What only someone within should see. */
const INTERNAL = /node_modules|\.[cm]?[jt]s:\d|\bat \w+ \(|prisma|postgres|redis|ECONN|SQLSTATE/i

const seen = new Map<number, number>()
async function check(request: OddRequest) {
  const answer = await ask(cached, request)
  const { status, type, body } = answer
  seen.set(status, (seen.get(status) ?? 0) + 1)
  if (!(status >= 200 && status < 500)) throw new Error(`status ${status}: ${body}`)
  const problem = type.startsWith('application/problem+json') || request.method === 'HEAD'
  if (status >= 400 && !problem) throw new Error(`status ${status} is no problem, but ${type}: ${body}`)
  if (status >= 400 && INTERNAL.test(body)) throw new Error(`it tells too much: ${body}`)
  return answer
}

t.test('no request gets a 5xx, or no answer, or sees what is internal, or what is not so', async (t) => {
  const requests = fc.array(oddRequest, { minLength: 10, maxLength: 10 })
  const property = fc.asyncProperty(requests, async (requests) => {
    await Promise.all(requests.map(check))
    for (const request of requests) {
      if (request.method !== 'GET' || request.path.startsWith('/health')) continue
      const truth = await ask(uncached, request)
      for (const { status, body } of [await check(request), await check(request)])
        if (status !== truth.status || body !== truth.body)
          throw new Error(`${status} ${body} is not ${truth.status} ${truth.body}`)
    }
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: 250 })
  t.notOk(failed, `${errorInstance}: ${JSON.stringify(counterexample)?.slice(0, 2000)}`)
  t.comment(JSON.stringify(Object.fromEntries([...seen].sort())))
})
