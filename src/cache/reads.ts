import { performance } from 'node:perf_hooks'
import { type Answer, Entries } from './entries.ts'
import { type Outcome, type ReadEvent, readChannel } from './events.ts'
import type { Settings } from './options.ts'
import { planRead, type Read, versionKey } from './plan.ts'

/** Versions outlive the entries that are stored under them, whosever they are. */
const LIVES = 2

const versionLife = ({ ttl, models }: Settings): number =>
  LIVES * Math.max(ttl, ...Object.values(models).map((own) => (own === false ? 0 : (own.ttl ?? 0))))

/** Carries out reads: from the store where they are cacheable, and says how each was answered. */
export class Reads {
  readonly counts: Record<Outcome, number> = { hit: 0, stored: 0, miss: 0, bypass: 0, failed: 0 }
  private readonly settings: Settings
  private readonly entries: Entries

  /** @param trusted whether what the store says may be believed now */
  constructor(settings: Settings, trusted: () => Promise<boolean>) {
    this.settings = settings
    this.entries = new Entries(settings.store, versionLife(settings), trusted)
  }

  get tooLarge(): number {
    return this.entries.tooLarge
  }

  get unreadable(): number {
    return this.entries.unreadable
  }

  /**
   * @param ask asks the database
   * @param inTransaction what a transaction has read and written is nobody else's yet
   * @throws what `ask` and the option `scope` throw, and nothing else
   */
  async carryOut(read: Read, inTransaction: boolean, ask: () => Promise<unknown>): Promise<unknown> {
    const start = performance.now()
    let outcome: Outcome = 'failed'
    try {
      const answer = inTransaction ? await bypass(ask) : await this.answer(read, ask)
      outcome = answer.outcome
      return answer.result
    } finally {
      const { model, operation } = read
      this.counts[outcome]++
      const event: ReadEvent = { model, operation, outcome, milliseconds: performance.now() - start }
      readChannel.publish(event)
    }
  }

  private async answer(read: Read, ask: () => Promise<unknown>): Promise<Answer> {
    const plan = planRead(this.settings, read)
    if (!plan.cacheable) return bypass(ask)
    const versions = plan.tags.map((tag) => versionKey(this.settings, tag))
    const { schema, maxBytes } = this.settings
    const shape = { ...read, schema }
    return this.entries.answer({ key: plan.key, versions, shape, ttl: plan.ttl, maxBytes, ask })
  }
}

const bypass = async (ask: () => Promise<unknown>): Promise<Answer> => ({
  result: await ask(),
  outcome: 'bypass',
})
