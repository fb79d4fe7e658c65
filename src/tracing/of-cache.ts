import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { Trace } from '../cache/index.ts'
import { hearCache } from '../cache-events.ts'

/** Binds OpenTelemetry's own context to a channel, whatever the context manager keeps it in. */
class ActiveContext extends AsyncLocalStorage<Context> {
  override run<R, A extends unknown[]>(active: Context, work: (...args: A) => R, ...args: A): R {
    return context.with(active, work, undefined, ...args)
  }
}

/**
 * Makes spans of the reads, writes, database calls and drops of a cache.
 *
 * @param namespace of the cache: that of another service in this process has another one
 * @returns what ends it
 */
export function traceCache(tracer: Tracer, namespace: string): () => void {
  const spans = new WeakMap<object, Span>()
  const store = new ActiveContext()
  const { start, asyncEnd, error } = tracingChannel<Context, Trace>('hotshelf')
  const onEnd = (message: unknown) => spans.get(message as Trace)?.end()
  const onError = (message: unknown) => {
    const { error } = message as Trace & { error: unknown }
    const span = spans.get(message as Trace)
    span?.recordException(error instanceof Error ? error : String(error))
    span?.setStatus({ code: SpanStatusCode.ERROR })
  }
  start.bindStore(store, (message) => {
    if (message.namespace !== namespace) return context.active()
    const span = startSpan(tracer, message)
    spans.set(message, span)
    return trace.setSpan(context.active(), span)
  })
  asyncEnd.subscribe(onEnd)
  error.subscribe(onError)
  // Told within what they tell of.
  const endHearing = hearCache(namespace, {
    read: ({ outcome }) => trace.getActiveSpan()?.setAttribute('hotshelf.outcome', outcome),
    write: ({ tags, delivered }) =>
      trace.getActiveSpan()?.setAttributes({ 'hotshelf.tags': tags.length, 'hotshelf.delivered': delivered }),
  })
  return () => {
    start.unbindStore(store)
    asyncEnd.unsubscribe(onEnd)
    error.unsubscribe(onError)
    endHearing()
  }
}

function startSpan(tracer: Tracer, { kind, model, operation }: Trace): Span {
  const name = model === undefined ? operation : `${model}.${operation}`
  if (kind !== 'call') return tracer.startSpan(name, { attributes: { 'hotshelf.kind': kind } })
  return tracer.startSpan(`database ${name}`, {
    kind: SpanKind.CLIENT,
    attributes: { 'hotshelf.kind': kind, 'db.system.name': 'postgresql', 'db.operation.name': name },
  })
}
