import { ProxyTracerProvider, type Tracer, trace } from '@opentelemetry/api'

const NAME = 'hotshelf'

/** The service's tracer; undefined where nobody has installed one, and spans would go nowhere. */
export function installedTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  const isNone = provider instanceof ProxyTracerProvider && !provider.getDelegateTracer(NAME)
  return isNone ? undefined : provider.getTracer(NAME)
}
