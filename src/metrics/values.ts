import { Counter, Gauge, type Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

interface Described {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
}

/** A value, or one for each of some labels, as it is when somebody asks. */
type Values = () => number | Iterable<readonly [Labels, number]>

/** A metric whose values something else counts. */
export function addCounter(registry: Registry, described: Described, values: Values): void {
  new Counter(settingsOf(registry, described, values))
}

/** A metric that goes up and down. */
export function addGauge(registry: Registry, described: Described, values: Values): void {
  new Gauge(settingsOf(registry, described, values))
}

interface Metric {
  reset(): void
  inc(labels: Labels, value: number): void
}

const settingsOf = (registry: Registry, { labelNames = [], ...described }: Described, values: Values) => ({
  ...described,
  labelNames: [...labelNames],
  registers: [registry],
  collect(this: Metric) {
    this.reset()
    for (const [labels, value] of listOf(values())) this.inc(labels, value)
  },
})

const listOf = (values: ReturnType<Values>): Iterable<readonly [Labels, number]> =>
  typeof values === 'number' ? [[{}, values]] : values
