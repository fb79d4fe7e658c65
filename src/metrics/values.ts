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
export function addCounter(
  registry: Registry,
  { labelNames = [], ...described }: Described,
  values: Values,
): void {
  new Counter({
    ...described,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const [labels, value] of listOf(values())) this.inc(labels, value)
    },
  })
}

/** A metric that goes up and down. */
export function addGauge(
  registry: Registry,
  { labelNames = [], ...described }: Described,
  values: Values,
): void {
  new Gauge({
    ...described,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const [labels, value] of listOf(values())) this.set(labels, value)
    },
  })
}

const listOf = (values: ReturnType<Values>): Iterable<readonly [Labels, number]> =>
  typeof values === 'number' ? [[{}, values]] : values
