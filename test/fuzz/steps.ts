import fc from 'fast-check'
import { oppositeOf } from '../../src/cache/schema-facts.ts'
import { schema } from '../support/garden.ts'
import { MODELS, relationsOf } from './facts.ts'
import { anyRead, type Read, readThrough } from './random-reads.ts'
import { anyRaw, anyWrite, type ModelWrite, plainUpdate, type RawWrite, relinking } from './random-writes.ts'

export type Single = ModelWrite | RawWrite

export type Step =
  | Read
  | Single
  /** An update whose rows are known: what it does not touch must still hit afterwards. */
  | { readonly kind: 'precise'; readonly write: ModelWrite }
  | { readonly kind: 'batch'; readonly parts: readonly (Read | Single)[] }
  | {
      readonly kind: 'transaction'
      readonly parts: readonly (Read | Single)[]
      /** How many of the last parts are in a transaction within it, and whether that one is rolled back. */
      readonly nested: number
      readonly nestedFails: boolean
      /** Whether it goes on where a part fails. */
      readonly forgives: boolean
      readonly fails: boolean
    }

function anyStep(model: string, [name, relation]: Theme): fc.Arbitrary<Step> {
  const models = [...new Set([model, relation.model])]
  const opposite = oppositeOf(schema, relation)
  const read = fc.oneof(
    anyRead(models),
    fc.oneof(readThrough(model, name, relation), readThrough(relation.model, relation.opposite, opposite)),
  )
  const single = fc.oneof(
    { weight: 6, arbitrary: anyWrite(models) },
    { weight: 4, arbitrary: relinking(model, name, relation) },
    { weight: 1, arbitrary: anyRaw },
  )
  const parts = fc.array(fc.oneof({ weight: 1, arbitrary: read }, { weight: 3, arbitrary: single }), {
    minLength: 1,
    maxLength: 3,
  })
  return fc.oneof(
    { weight: 8, arbitrary: read },
    { weight: 8, arbitrary: single },
    { weight: 2, arbitrary: plainUpdate.map((write): Step => ({ kind: 'precise', write })) },
    { weight: 1, arbitrary: parts.map((parts): Step => ({ kind: 'batch', parts })) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('transaction' as const),
        parts,
        nested: fc.integer({ min: 0, max: 2 }),
        nestedFails: fc.boolean(),
        forgives: fc.boolean(),
        fails: fc.integer({ min: 0, max: 2 }).map((of) => of === 0),
      }),
    },
  )
}

export interface Run {
  /** The models that the steps are about. */
  readonly models: readonly string[]
  readonly steps: readonly Step[]
}

type Theme = ReturnType<typeof relationsOf>[number]

/**
 * What is carried out on one state of the database, which is made anew for the next: about one relation, as then what
 * is written is often what has been read.
 */
export const anyRun: fc.Arbitrary<Run> = fc.oneof(
  ...MODELS.flatMap((model) =>
    relationsOf(model).map((theme) =>
      fc.record({
        models: fc.constant([...new Set([model, theme[1].model])]),
        steps: fc.array(anyStep(model, theme), { minLength: 20, maxLength: 40 }),
      }),
    ),
  ),
)

/** A client as a step sees it: models and operations by their names. */
export interface Client {
  readonly [model: string]: Readonly<Record<string, (args: object) => Promise<unknown>>>
}

interface Root {
  $transaction(parts: readonly Promise<unknown>[]): Promise<unknown>
  $transaction(work: (tx: Root) => Promise<unknown>): Promise<unknown>
  $executeRawUnsafe(sql: string): Promise<unknown>
  $queryRawUnsafe(sql: string): Promise<unknown>
}

// A random step names models and operations at run time, for which Prisma's client has no type.
const byName = (client: object) => client as Client
const rootOf = (client: object) => client as Root

class RolledBack extends Error {}

/** Carries out a step on a client. */
export async function carryOut(client: object, step: Step): Promise<unknown> {
  switch (step.kind) {
    case 'precise':
      return one(client, step.write)
    case 'batch':
      return rootOf(client).$transaction(step.parts.map((part) => one(client, part)))
    case 'transaction':
      return rootOf(client).$transaction(async (tx) => {
        const outer = step.parts.slice(0, step.parts.length - step.nested)
        const each = async (on: Root, part: Read | Single) => {
          const done = one(on, part)
          await (step.forgives ? done.catch(() => {}) : done)
        }
        for (const part of outer) await each(tx, part)
        const inner = step.parts.slice(outer.length)
        if (inner.length > 0)
          await tx
            .$transaction(async (nested) => {
              for (const part of inner) await each(nested, part)
              if (step.nestedFails) throw new RolledBack()
            })
            .catch((error: unknown) => {
              if (!(error instanceof RolledBack)) throw error
            })
        if (step.fails) throw new RolledBack()
      })
    default:
      return one(client, step)
  }
}

function one(client: object, step: Read | Single): Promise<unknown> {
  if (step.kind === 'raw')
    return step.query ? rootOf(client).$queryRawUnsafe(step.sql) : rootOf(client).$executeRawUnsafe(step.sql)
  const { model, operation, args } = step
  const delegate = byName(client)[model.charAt(0).toLowerCase() + model.slice(1)]
  const found = delegate?.[operation]?.(args)
  if (found === undefined) throw new Error(`there is no ${model}.${operation}`)
  if (!step.fluent) return found
  const { relation, args: more } = step.fluent
  const beyond: unknown = Reflect.get(found, relation)
  if (typeof beyond !== 'function') throw new Error(`there is no ${model}.${relation}`)
  return Reflect.apply(beyond, found, [more])
}
