import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { ReadEvent, Trace, WriteEvent } from '../cache/index.ts'

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
  // Told within what they tell of.
  const onRead = (event: unknown) => {
    const { namespace: own, outcome } = event as ReadEvent
    if (own === namespace) trace.getActiveSpan()?.setAttribute('hotshelf.outcome', outcome)
  }
  const onDrop = (event: unknown) => {
    const { namespace: own, tags, delivered } = event as WriteEvent
    if (own === namespace)
      trace.getActiveSpan()?.setAttributes({ 'hotshelf.tags': tags.length, 'hotshelf.delivered': delivered })
  }
  start.bindStore(store, (message) => {
    if (message.namespace !== namespace) return context.active()
    const span = startSpan(tracer, message)
    spans.set(message, span)
    return trace.setSpan(context.active(), span)
  })
  asyncEnd.subscribe(onEnd)
  error.subscribe(onError)
  subscribe('hotshelf:read', onRead)
  subscribe('hotshelf:write', onDrop)
  return () => {
    start.unbindStore(store)
    asyncEnd.unsubscribe(onEnd)
    error.unsubscribe(onError)
    unsubscribe('hotshelf:read', onRead)
    unsubscribe('hotshelf:write', onDrop)
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
