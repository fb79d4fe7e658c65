import { performance } from 'node:perf_hooks'
import { type Answer, Entries } from './entries.ts'
import { type Outcome, type ReadEvent, readChannel } from './events.ts'
import type { HotReads } from './hot-reads.ts'
import { Leases } from './leases.ts'
import type { Lookups } from './lookups.ts'
import type { Settings } from './options.ts'
import { planRead, type Read, versionKey } from './plan.ts'
import type { Refills } from './refills.ts'
import type { Sources, Watch } from './sources.ts'
import { noReads } from './stats.ts'
import { isTraced, traced } from './traces.ts'

/** Versions outlive the entries that are stored under them, whosever they are. */
const LIVES = 2

const versionLife = ({ ttl, models }: Settings): number =>
  LIVES * Math.max(ttl, ...Object.values(models).map((own) => (own === false ? 0 : (own.ttl ?? 0))))

/** Carries out reads: from the store where they are cacheable, and says how each was answered. */
export class Reads {
  /** By model and operation. */
  readonly counts = new Map<string, Record<Outcome, number>>()
  private readonly settings: Settings
  readonly entries: Entries
  private readonly refills: Refills
  private readonly hotReads: HotReads
  private readonly watch: Watch

  constructor(
    settings: Settings,
    lookups: Lookups<string>,
    parts: { readonly refills: Refills; readonly hotReads: HotReads; readonly watch: Watch },
  ) {
    const leases = new Leases(settings.store, lookups, settings.namespace)
    this.settings = settings
    this.entries = new Entries(settings.store, lookups, leases, versionLife(settings))
    this.refills = parts.refills
    this.hotReads = parts.hotReads
    this.watch = parts.watch
  }

  /**
   * @param ask asks the database
   * @param inTransaction what a transaction has read and written is nobody else's yet
   * @throws what `ask` and the option `scope` throw, and nothing else
   */
  carryOut(read: Read, inTransaction: boolean, ask: () => Promise<unknown>): Promise<unknown> {
    if (!isTraced()) return this.carry(read, inTransaction, ask)
    const { namespace } = this.settings
    const { model, operation } = read
    return traced({ kind: 'read', namespace, model, operation }, () => this.carry(read, inTransaction, ask))
  }

  private async carry(read: Read, inTransaction: boolean, ask: () => Promise<unknown>): Promise<unknown> {
    const start = performance.now()
    const sources = this.watch.getStore()
    sources?.begin()
    let outcome: Outcome = 'failed'
    try {
      const answer = inTransaction ? await pass(ask, sources) : await this.answer(read, ask, sources)
      outcome = answer.outcome
      return answer.result
    } finally {
      const { model, operation } = read
      this.countsOf(`${model}.${operation}`)[outcome]++
      sources?.end(outcome)
      if (readChannel.hasSubscribers) {
        const { namespace } = this.settings
        const milliseconds = performance.now() - start
        const event: ReadEvent = { namespace, model, operation, outcome, milliseconds }
        readChannel.publish(event)
      }
    }
  }

  private countsOf(name: string): Record<Outcome, number> {
    const known = this.counts.get(name)
    if (known) return known
    const counts = noReads()
    this.counts.set(name, counts)
    return counts
  }

  private async answer(
    read: Read,
    ask: () => Promise<unknown>,
    sources: Sources | undefined,
  ): Promise<Answer> {
    const plan = planRead(this.settings, read)
    if (!plan.cacheable) return pass(ask, sources)
    const { key, ttl } = plan
    const versions = plan.tags.map((tag) => versionKey(this.settings, tag))
    const { schema, maxBytes, scope } = this.settings
    const entry = { key, versions, shape: { ...read, schema }, ttl, maxBytes, ask }
    const answer = await this.entries.answer(entry)
    if (!scope) this.hotReads.count(key, read)
    const hit = answer.outcome === 'hit'
    sources?.read(versions, answer.stamp, ttl)
    // On whose behalf it would be asked again is not known.
    if (hit && !scope) this.refills.hit(key, versions, () => this.entries.answer(entry))
    return answer
  }
}

/** Asks the database alone. */
async function pass(ask: () => Promise<unknown>, sources: Sources | undefined): Promise<Answer> {
  sources?.lose()
  return { result: await ask(), outcome: 'bypass' }
}
