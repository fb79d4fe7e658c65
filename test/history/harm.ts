import { EventEmitter, once } from 'node:events'
import { findViolations, type Violation } from './checker.ts'
import type { Driver, Run } from './driver.ts'

export interface Outcome extends Run {
  readonly violations: readonly Violation[]
}

/** Requests that are made between two harms, and after the last one. */
const PAUSE = 300

/** Requests that go on while a test does harm to what the service needs. */
export class Harm {
  private readonly urls: readonly string[]
  private readonly running: Promise<Run>
  private readonly spans: { readonly from: number; readonly to: number }[] = []
  private readonly progress = new EventEmitter()
  private asked = 0
  private last = Infinity

  /** @param urls of the processes that the driver asks */
  constructor(driver: Driver, urls: readonly string[], seed: number) {
    this.urls = urls
    this.running = driver.run({
      seed,
      enough: (asked) => {
        this.asked = asked
        this.progress.emit('asked')
        return asked >= this.last
      },
    })
  }

  /** Does harm, and waits until every process trusts the cache again, as it does when it owes no drop. */
  async during(harm: () => Promise<unknown>): Promise<void> {
    await this.pause()
    const from = performance.now()
    await harm()
    for (const url of this.urls)
      while (!(await fetch(`${url}/books/1`)).headers.get('cache-status')?.endsWith('hit')) {
        // It owes drops, or does not know yet which Redis it is.
      }
    this.spans.push({ from, to: performance.now() })
  }

  /** What was written while harm was done may be seen late: its writer may be the last that Redis is back for. */
  async end(): Promise<Outcome> {
    await this.pause()
    this.last = this.asked
    const run = await this.running
    const told = run.history.map((operation) => {
      const span = this.spans.find(({ from, to }) => operation.end > from && operation.end < to)
      return span ? { ...operation, end: span.to } : operation
    })
    return { ...run, violations: findViolations(told) }
  }

  /** Waits for some requests to be answered. */
  private async pause(): Promise<void> {
    const wanted = this.asked + PAUSE
    while (this.asked < wanted) await once(this.progress, 'asked')
  }
}
