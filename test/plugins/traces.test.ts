import { tracingChannel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { request } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import t from 'tap'
import { createApp, send } from '../support/app.ts'

t.test('without a tracer nobody listens', async (t) => {
  await createApp(t)
  t.equal(tracingChannel('hotshelf').start.hasSubscribers, false)
})

t.test('with a tracer', async (t) => {
  const exporter = new InMemorySpanExporter()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
  const app = await createApp(t)
  // Another service in this process, which is to make no spans of ours.
  const other = await createApp(t)
  t.teardown(() => {
    for (const api of [trace, propagation, context]) api.disable()
  })

  /** The spans that some work has made, each with the names of those that it is part of, in the order of their starts. */
  const spansOf = async (work: () => Promise<unknown>) => {
    exporter.reset()
    await work()
    const spans = exporter.getFinishedSpans()
    const named = new Map(spans.map((span) => [span.spanContext().spanId, span]))
    const pathOf = (span: (typeof spans)[number]): string => {
      const parent = named.get(span.parentSpanContext?.spanId ?? '')
      return parent ? `${pathOf(parent)} > ${span.name}` : span.name
    }
    const byPath = new Map(spans.map((span) => [pathOf(span), span]))
    t.equal(byPath.size, spans.length, 'each has a path of its own')
    return byPath
  }
  const attribute = (spans: Awaited<ReturnType<typeof spansOf>>, path: string, name: string) =>
    spans.get(path)?.attributes[`hotshelf.${name}`]

  t.test('a write, what it asks the database, and its drop', async (t) => {
    const spans = await spansOf(() => send(app, 'POST', '/authors', { name: 'one' }))
    t.same([...spans.keys()].sort(), [
      'POST /authors',
      'POST /authors > Author.create',
      'POST /authors > Author.create > database Author.create',
      'POST /authors > Author.create > drop',
    ])
    t.equal(spans.get('POST /authors')?.kind, SpanKind.SERVER)
    t.equal(spans.get('POST /authors')?.attributes['http.response.status_code'], 201)
    t.equal(attribute(spans, 'POST /authors > Author.create > drop', 'delivered'), true)
  })

  t.test('a write whose body comes late, over a connection', async (t) => {
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const spans = await spansOf(async () => {
      const begun = once(app.server, 'request')
      const sent = request(`${url}/authors`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      })
      sent.write('{"name":')
      await begun
      await send(app, 'GET', '/health/ready')
      sent.end('"two"}')
      const [response] = await once(sent, 'response')
      t.equal(response.statusCode, 201)
      response.resume()
      while (!exporter.getFinishedSpans().some(({ name }) => name === 'POST /authors')) await setImmediate()
    })
    t.ok(spans.has('POST /authors > Author.create > database Author.create'))
  })

  t.test('reads say how they were answered, also two at once', async (t) => {
    const { id } = await app.prisma.book.create({ data: { title: 'one' } })
    const get = () => send(app, 'GET', `/books/${id}`)
    const missed = await spansOf(get)
    const page = 'GET /books/:id'
    t.same([...missed.keys()].sort(), [
      page,
      `${page} > Book.findUnique`,
      `${page} > Book.findUnique > database Book.findUnique`,
      `${page} > Review.aggregate`,
      `${page} > Review.aggregate > database Review.aggregate`,
    ])
    t.equal(attribute(missed, `${page} > Book.findUnique`, 'outcome'), 'stored')
    t.equal(attribute(missed, page, 'outcome'), 'stored')
    const hit = await spansOf(get)
    t.equal(attribute(hit, `${page} > Book.findUnique`, 'outcome'), 'hit')
    t.equal(attribute(hit, `${page} > Review.aggregate`, 'outcome'), 'hit')
    const kept = await spansOf(get)
    t.same([...kept.keys()], [page])
    t.equal(attribute(kept, page, 'outcome'), 'hit')
  })

  t.test('a request is part of what its caller traces', async (t) => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    const spans = await spansOf(() => app.inject({ url: '/health/ready', headers }))
    t.ok(spans.size > 1)
    for (const span of spans.values()) t.equal(span.spanContext().traceId, traceId)
    t.equal(spans.get('GET /health/ready')?.parentSpanContext?.spanId, 'b7ad6b7169203331')
  })

  t.test('what failed says so', async (t) => {
    await app.prisma.$executeRaw`DROP TABLE "Review" CASCADE`
    const spans = await spansOf(() => send(app, 'GET', '/books/1/reviews'))
    const failed = [...spans].filter(([, { status }]) => status.code === SpanStatusCode.ERROR)
    t.ok(failed.some(([path]) => path === 'GET /books/:id/reviews'))
    t.ok(
      failed.some(([path, { events }]) => path.endsWith('> database Book.findUnique') && events.length > 0),
    )
  })

  t.test('once it is closed nobody listens', async (t) => {
    await app.close()
    await other.close()
    t.equal(tracingChannel('hotshelf').start.hasSubscribers, false)
  })
})
