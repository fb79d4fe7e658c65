import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { CacheClient } from '../../src/cache/index.ts'
import { keyColumnsOf, rowSetsOf, totalOrder } from './facts.ts'
import type { Read } from './random-reads.ts'
import type { ModelWrite } from './random-writes.ts'
import { carryOut, type Run, type Step } from './steps.ts'

export interface Garden {
  /** Asks the database. */
  readonly plain: Tables
  readonly cached: object & { readonly $cache: CacheClient }
  readonly gate: Gate
}

/** Holds back what the database answers to some reads, until others have taken place. */
export class Gate {
  private readonly held = new AsyncLocalStorage<Promise<void>>()

  /** What the database answers to this goes through `pass` when `until` is settled. */
  hold<T>(until: Promise<void>, work: () => T): T {
    return this.held.run(until, work)
  }

  async pass(): Promise<void> {
    await this.held.getStore()
  }
}

interface Tables {
  $executeRawUnsafe(sql: string): Promise<unknown>
}

/** What the runs came to. */
export interface Tally {
  runs: number
  steps: number
  comparisons: number
  refused: number
  writes: number
  survivors: number
}

export const newTally = (): Tally => ({
  runs: 0,
  steps: 0,
  comparisons: 0,
  refused: 0,
  writes: 0,
  survivors: 0,
})

/** Reads that are compared after each write: some of those before it, and some of row sets. */
const KEPT = 5
const WATCHED = 2

const RESET = `
TRUNCATE "people", "Profile", "Badge", "Club", "Plant", "Bed", "Kind", "Label", "Labelling", "archive"."visit_log" CASCADE`
const ROWS = [
  `INSERT INTO "Kind" VALUES (1, 'a'), (2, 'b'), (3, 'c')`,
  `INSERT INTO "Bed" VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c')`,
  `INSERT INTO "people" ("id", "name", "email", "mentor") VALUES (1, 'a', 'a', NULL), (2, 'b', NULL, 1), (3, 'a', 'c', 2)`,
  `INSERT INTO "Profile" VALUES (1, 'a', 1), (2, 'b', 3)`,
  `INSERT INTO "Badge" VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', NULL)`,
  `INSERT INTO "Club" VALUES (1, 'a'), (2, 'b')`,
  `INSERT INTO "_ClubToPerson" VALUES (1, 1), (1, 2), (2, 3)`,
  `INSERT INTO "_Friends" VALUES (1, 2), (3, 1)`,
  `INSERT INTO "Plant" ("id", "name", "growerId", "watererId", "row", "col", "kindId") VALUES
    (1, 'a', 1, 2, 1, 1, 1), (2, 'b', 1, NULL, 1, 2, 2), (3, 'c', 2, 3, NULL, NULL, 1)`,
  `INSERT INTO "Label" VALUES (1, 'a', 'a'), (2, 'b', NULL), (3, 'c', 'b')`,
  `INSERT INTO "Labelling" VALUES (1, 1, 1), (1, 2, 2), (2, 1, 3)`,
  `INSERT INTO "archive"."visit_log" VALUES (1, 1, '2020-01-01', NULL), (2, 1, '2020-01-02', 'a'), (3, 3, '2020-01-03', 'b')`,
]

/** What a call gives, or how it fails. */
async function answerOf(client: object, step: Step): Promise<unknown> {
  try {
    return { result: await carryOut(client, step) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Not its `meta`, which for a row that is missing depends on what else Prisma was asked in the same turn.
    return { failed: error.name, code: Reflect.get(error, 'code') }
  }
}

/**
 * Carries out steps on the cached client, comparing its reads with the uncached client's.
 *
 * @throws an Error at the first read that differs, or that should have hit and did not
 */
export async function compareRun(
  { plain, cached, gate }: Garden,
  { models, steps }: Run,
  tally: Tally,
): Promise<void> {
  await plain.$executeRawUnsafe(RESET)
  for (const sql of ROWS) await plain.$executeRawUnsafe(sql)
  await cached.$cache.drop()
  tally.runs++
  const latest: Read[] = []
  const rowSets = models.flatMap((model) =>
    rowSetsOf(model).map((where): Read => {
      const args = { where, orderBy: totalOrder(model) }
      return { kind: 'read', model, operation: 'findMany', args }
    }),
  )
  /** Those of row sets in turns, as there are too many for each time. */
  const reads = (): Read[] => {
    const begin = (tally.writes * WATCHED) % rowSets.length
    return [...latest, ...[...rowSets, ...rowSets].slice(begin, begin + WATCHED)]
  }

  const compare = async (read: Read, when: string, answered = answerOf(cached, read)) => {
    tally.comparisons++
    const answer = await answered
    const truth = await answerOf(plain, read)
    if (isDeepStrictEqual(answer, truth)) return
    const show = (value: unknown) => inspect(value, { depth: null, breakLength: 160 })
    throw new Error(`${when} a read differs\n${show(read)}\nanswer ${show(answer)}\ntruth  ${show(truth)}`)
  }

  for (const step of steps) {
    tally.steps++
    if (step.kind === 'read') {
      await compare(step, 'at first')
      await compare(step, 'at once again')
      latest.push(step)
      if (latest.length > KEPT) latest.shift()
      continue
    }
    const kept = reads()
    for (const read of kept) await answerOf(cached, read)
    tally.writes++
    if (step.kind === 'precise') {
      const survivors = survivorsOf(step.write)
      for (const read of survivors) await answerOf(cached, read)
      if (isRefused(await answerOf(cached, step))) tally.refused++
      else tally.survivors += survivors.length
      for (const read of survivors) await mustHit(cached, read, step)
      for (const read of [...kept, ...survivors]) await compare(read, after(step))
      continue
    }
    // Reads that overlap the write: some ask the database before it commits, and have their answer when it has returned.
    const way = WAYS[tally.writes % WAYS.length]
    if (way !== 'warm') await cached.$cache.drop()
    await answerOf(cached, BYSTANDER)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    if (way === 'warm') release()
    const overlapping = gate.hold(held, () => kept.map((read) => answerOf(cached, read)))
    const written = await answerOf(cached, step)
    if (isRefused(written)) tally.refused++
    if (step.kind === 'batch' && isInvalid(written)) {
      // Prisma carries out the valid members after it has rejected, and tells nobody when: the database has no one state.
      release()
      await Promise.all(overlapping)
      return
    }
    if (way === 'stored late') release()
    if (way !== 'met') await Promise.all(overlapping)
    const answers = kept.map((read) => ({ read, answer: answerOf(cached, read) }))
    release()
    await Promise.all(overlapping)
    for (const { read, answer } of answers) await compare(read, after(step), answer)
    await mustHit(cached, BYSTANDER, step)
    tally.survivors++
    for (const read of kept) await compare(read, after(step))
  }
}

/** A read of rows that nothing is related to: no write may drop it. */
const BYSTANDER: Read = { kind: 'read', model: 'Specimen', operation: 'count', args: {} }

/** The reads that overlap a write hit what is stored, store what they got before it, or are met by reads after it. */
const WAYS = ['warm', 'stored late', 'met'] as const

const after = (step: Step): string => `after ${inspect(step, { depth: null })}`

const isInvalid = (answer: unknown): boolean =>
  isRefused(answer) && Reflect.get(Object(answer), 'failed') === 'PrismaClientValidationError'

const isRefused = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'failed' in answer

async function mustHit(cached: Garden['cached'], read: Read, after: Step): Promise<void> {
  const { hit } = cached.$cache.stats().reads
  await answerOf(cached, read)
  if (cached.$cache.stats().reads.hit === hit + 1) return
  throw new Error(`${inspect(read, { depth: null })} did not survive ${inspect(after, { depth: null })}`)
}

/** A key that no row has: random ones are small, and are counted up but now and then. */
const FAR = 99

/** Reads that an update of one row's columns that are no keys cannot change, and must not drop. */
function survivorsOf({ model, args }: ModelWrite): Read[] {
  const [primary = ''] = Object.keys(Reflect.get(args, 'where') ?? {})
  const columns = totalOrder(model).flatMap((order) => Object.keys(order))
  const type = (column: string) => (model === 'Visit' && column === 'id' ? BigInt(FAR) : FAR)
  const key = Object.fromEntries(columns.map((column) => [column, type(column)]))
  const read = (of: string, operation: string, args: object): Read => ({
    kind: 'read',
    model: of,
    operation,
    args,
  })
  const other = read(model, 'findUnique', { where: columns.length > 1 ? { [primary]: key } : key })
  const rowSets = keyColumnsOf(model)
    .filter((column) => column.endsWith('Id'))
    .map((column) => read(model, 'findMany', { where: { [column]: FAR }, orderBy: totalOrder(model) }))
  const elsewhere = read(model === 'Kind' ? 'Club' : 'Kind', 'findMany', { orderBy: { id: 'asc' } })
  return [other, ...rowSets, elsewhere]
}
