import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { findViolationsBeside, type Span } from './allowance.ts'
import type { Violation } from './checker.ts'
import type { Driver, Run } from './driver.ts'

export interface Outcome extends Run {
  readonly violations: readonly Violation[]
  readonly done: readonly Done[]
}

/** Requests that are made between two harms, and after the last one. */
const PAUSE = 300

/** Milliseconds after harm in which a drop that was sent during it may still be given up, and become owed: two deadlines. */
const SETTLING = 500

/** Harm that was done, by the clock of the history. */
export interface Done extends Span {
  readonly name: string
}

/** Requests that go on while a test does harm to what the service needs. */
export class Harm {
  private readonly urls: readonly string[]
  private readonly settling: number
  private readonly running: Promise<Run>
  private readonly spans: Span[] = []
  private readonly done: Done[] = []
  private readonly progress = new EventEmitter()
  private asked = 0
  private last = Infinity

  /**
   * @param urls of the processes that the driver asks
   * @param settling milliseconds after harm in which a drop that was sent during it may still become owed
   */
  constructor(driver: Driver, urls: readonly string[], seed: number, settling = SETTLING) {
    this.urls = urls
    this.settling = settling
    this.running = driver.run({
      seed,
      enough: (asked) => {
        this.asked = asked
        this.progress.emit('asked')
        return asked >= this.last
      },
    })
    this.running.catch((error: unknown) => this.progress.emit('error', error))
  }

  /** Does harm to ways to Redis, and waits until every process trusts the cache again, as it does when it owes no drop. */
  async during(harm: () => Promise<unknown>, name = 'harm'): Promise<void> {
    this.spans.push(await this.carryOut(harm, name, this.settling))
  }

  /** Does harm that no answer may show: every process reaches its Redis all the time, whatever that has lost. */
  async unseen(harm: () => Promise<unknown>, name = 'harm'): Promise<void> {
    await this.carryOut(harm, name, 0)
  }

  /** What was written while harm was done may be seen late: its writer may be the last that Redis is back for. */
  async end(): Promise<Outcome> {
    await this.pause()
    this.last = this.asked
    const run = await this.running
    return { ...run, violations: findViolationsBeside(run.history, this.spans), done: this.done }
  }

  private async carryOut(harm: () => Promise<unknown>, name: string, settling: number): Promise<Span> {
    await this.pause()
    const from = performance.now()
    await harm()
    await sleep(settling)
    await Promise.all(this.urls.map(hits))
    const span = { from, to: performance.now() }
    this.done.push({ name, ...span })
    return span
  }

  /** Waits for some requests to be answered. */
  private async pause(): Promise<void> {
    const wanted = this.asked + PAUSE
    while (this.asked < wanted) await once(this.progress, 'asked')
  }
}

/** Asks a process until it answers from the cache: before, it owes drops, or does not know yet which Redis it is. */
async function hits(url: string): Promise<void> {
  for (;;) {
    // Where it has been killed, the client may still hold a connection to it.
    const response = await fetch(`${url}/books/1`).catch(() => undefined)
    await response?.text().catch(() => {})
    if (response?.headers.get('cache-status')?.endsWith('hit')) return
  }
}
