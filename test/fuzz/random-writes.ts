import fc from 'fast-check'
import { oppositeOf, type RelationFacts } from '../../src/cache/schema-facts.ts'
import { schema } from '../support/garden.ts'
import {
  columnsOf,
  columnValue,
  isOptional,
  keyColumnsOf,
  lazily,
  MODELS,
  numbersOf,
  one,
  relationOf,
  relationsOf,
  rowSetOf,
  some,
  storedOf,
  uniqueColumnsOf,
  uniqueWhere,
} from './facts.ts'
import { type Fluent, fluentOf, rowWhere, treeOf, whereOf } from './random-reads.ts'

/** A write of one model. */
export interface ModelWrite {
  readonly kind: 'write'
  readonly model: string
  readonly operation: string
  readonly args: object
  readonly fluent?: Fluent
}

export interface RawWrite {
  readonly kind: 'raw'
  /** Whether it goes through `$queryRaw`, which writes as well. */
  readonly query: boolean
  readonly sql: string
}

const DEPTH = 3

type Entry = [string, fc.Arbitrary<unknown>]

/** The foreign keys of a model, but for that of the relation through which its row is made. */
const foreignKeysOf = (model: string, opposite?: string): Set<string> =>
  new Set(
    relationsOf(model)
      .filter(([name]) => name !== opposite)
      .flatMap(([, { key }]) => key?.from ?? []),
  )

const impliedBy = (model: string, opposite?: string): readonly string[] =>
  relationOf(model, opposite)?.key?.from ?? []

/**
 * A new row.
 *
 * @param opposite the relation through which it is made, which gives it its foreign key
 * @param depth how deep its data may write to other rows; Prisma takes either foreign keys or the relations that set them
 */
function newRow(model: string, depth: number, opposite?: string): fc.Arbitrary<object> {
  const implied = impliedBy(model, opposite)
  const columns = columnsOf(model).filter((column) => !implied.includes(column))
  const row = (names: readonly string[], relations: Entry[]) => {
    const required = names.filter((name) => !isOptional(model, name))
    const entries: Entry[] = names.map((name) => [name, newValue(model, name)])
    const needed = relations.filter(([name]) => isRequired(model, name)).map(([name]) => name)
    return fc.record(Object.fromEntries([...entries, ...relations]), {
      requiredKeys: [...required, ...needed],
    })
  }
  const lists = depth === 0 ? [] : nestedCreates(model, depth, false, opposite)
  const unchecked = row(columns, lists)
  if (depth === 0) return unchecked
  const keys = foreignKeysOf(model, opposite)
  const checked = row(
    columns.filter((column) => !keys.has(column)),
    nestedCreates(model, depth, true, opposite),
  )
  return fc.oneof(unchecked, checked)
}

/** A value for a new row: now and then, in a unique column, one that is taken. */
function newValue(model: string, column: string): fc.Arbitrary<unknown> {
  const id = fc.integer({ min: 3, max: 9 })
  if (column === 'id') return model === 'Visit' ? id.map(BigInt) : id
  return uniqueColumnsOf(model).includes(column) && !numbersOf(model).includes(column)
    ? fc.constantFrom('c', 'd', 'e', 'f', 'g')
    : storedOf(model, column)
}

const isRequired = (model: string, name: string): boolean =>
  relationOf(model, name)?.key?.from.some((column) => !isOptional(model, column)) ?? false

/** Relations that a row's data may write through: with its foreign keys given, those alone that have none of its own. */
const nestable = (model: string, checked: boolean, opposite?: string): (readonly [string, RelationFacts])[] =>
  relationsOf(model).filter(([name, { key }]) => name !== opposite && (checked || !key))

const nestedCreates = (model: string, depth: number, checked: boolean, opposite?: string): Entry[] =>
  nestable(model, checked, opposite).map(([name, relation]) => [
    name,
    lazily(() => one(linking(relation, depth - 1))),
  ])

/** What links a row to others: all that a new row may do, and some of what an existing one may. */
function linking({ model, list, opposite, join }: RelationFacts, depth: number) {
  const row = newRow(model, depth, opposite)
  const connectOrCreate = fc.record({ where: uniqueWhere(model), create: row })
  const many = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    list ? fc.oneof(arbitrary, fc.array(arbitrary, { minLength: 1, maxLength: 2 })) : arbitrary
  return {
    create: many(row),
    connect: many(uniqueWhere(model)),
    connectOrCreate: many(connectOrCreate),
    ...(list &&
      !join && {
        createMany: fc
          .array(newRow(model, 0, opposite), { minLength: 1, maxLength: 2 })
          .map((data) => ({ data, skipDuplicates: true })),
      }),
  }
}

/** What an update sets. */
function changes(model: string, depth: number, opposite?: string): fc.Arbitrary<object> {
  const implied = impliedBy(model, opposite)
  const columns = columnsOf(model).filter((column) => !implied.includes(column))
  const keys = foreignKeysOf(model)
  const value = (column: string): fc.Arbitrary<unknown> =>
    numbersOf(model).includes(column)
      ? fc.oneof(storedOf(model, column), one({ set: columnValue(model, column), increment: fc.constant(1) }))
      : newValue(model, column)
  const set = (names: readonly string[], relations: Entry[]) =>
    fc
      .tuple(
        fc
          .subarray([...names], { minLength: 1, maxLength: Math.min(2, names.length) })
          .chain((chosen) => fc.record(Object.fromEntries(chosen.map((name) => [name, value(name)])))),
        relations.length === 0
          ? fc.constant({})
          : fc.oneof(fc.constant({}), one(Object.fromEntries(relations))),
      )
      .map(([data, nested]) => ({ ...data, ...nested }))
  const lists = depth === 0 ? [] : nestedUpdates(model, depth, false, opposite)
  const unchecked = set(columns, lists)
  const free = columns.filter((column) => !keys.has(column))
  if (depth === 0 || free.length === 0) return unchecked
  return fc.oneof(unchecked, set(free, nestedUpdates(model, depth, true, opposite)))
}

const nestedUpdates = (model: string, depth: number, checked: boolean, opposite?: string): Entry[] =>
  nestable(model, checked, opposite).map(([name, relation]) => [
    name,
    lazily(() => fc.oneof(one(relatedWrites(model, name, relation, depth - 1)), two(relation, depth - 1))),
  ])

/** Several operations on one relation, which Prisma carries out in an order of its own. */
const two = (relation: RelationFacts, depth: number): fc.Arbitrary<object> =>
  relation.list
    ? some({ ...linking(relation, depth), deleteMany: whereOf(relation.model, 0), set: fc.constant([]) }, 2)
    : some({ ...linking(relation, depth), update: changes(relation.model, 0, relation.opposite) }, 2)

function relatedWrites(model: string, name: string, relation: RelationFacts, depth: number) {
  const { model: target, list, opposite } = relation
  const key = uniqueWhere(target)
  const data = changes(target, depth, opposite)
  const upsert = { create: newRow(target, depth, opposite), update: data }
  const where = whereOf(target, 1)
  if (list)
    return {
      ...linking(relation, depth),
      disconnect: fc.oneof(key, fc.array(key, { maxLength: 2 })),
      set: fc.array(key, { maxLength: 2 }),
      delete: key,
      update: fc.record({ where: key, data }),
      updateMany: fc.record({ where: whereOf(target, 0), data: changes(target, 0, opposite) }),
      deleteMany: fc.oneof(fc.constant({}), whereOf(target, 0)),
      upsert: fc.record({ where: key, ...upsert }),
    }
  return {
    ...linking(relation, depth),
    update: fc.oneof(data, fc.record({ where, data })),
    upsert: fc.record(upsert),
    ...(!isRequired(model, name) && {
      disconnect: fc.oneof(fc.constant(true), where),
      delete: fc.oneof(fc.constant(true), where),
    }),
  }
}

/** Rows of one row set that go to another. */
const moves = (model: string): fc.Arbitrary<object> =>
  rowSetOf(model).chain((where) =>
    fc
      .constantFrom(...Object.keys(where))
      .chain((column) => columnValue(model, column).map((value) => ({ where, data: { [column]: value } }))),
  )

function writeOf(model: string): fc.Arbitrary<ModelWrite> {
  const write = (operation: string, args: fc.Arbitrary<object>): fc.Arbitrary<ModelWrite> =>
    args.map((given) => ({ kind: 'write', model, operation, args: given }))
  const where = rowWhere(model)
  const shown = (args: Record<string, fc.Arbitrary<unknown>>) =>
    fc.tuple(fc.record(args), treeOf(model, 1)).map(([given, tree]) => ({ ...given, ...tree }))
  const fluent = fc
    .tuple(
      fc.oneof(
        write('update', fc.record({ where, data: changes(model, 0) })),
        write('delete', fc.record({ where })),
      ),
      fluentOf(model),
    )
    .map(([of, fluent]): ModelWrite => ({ ...of, fluent }))
  const rows = fc.array(newRow(model, 0), { minLength: 1, maxLength: 3 })
  const skipDuplicates = fc.constant(true)
  return fc.oneof(
    { weight: 3, arbitrary: write('create', shown({ data: newRow(model, DEPTH) })) },
    { weight: 1, arbitrary: write('createMany', fc.record({ data: rows, skipDuplicates })) },
    { weight: 1, arbitrary: write('createManyAndReturn', fc.record({ data: rows, skipDuplicates })) },
    { weight: 6, arbitrary: write('update', shown({ where, data: changes(model, DEPTH) })) },
    {
      weight: 1,
      arbitrary: write('updateMany', fc.record({ where: whereOf(model), data: changes(model, 0) })),
    },
    { weight: 2, arbitrary: write('updateMany', moves(model)) },
    {
      weight: 1,
      arbitrary: write(
        'updateManyAndReturn',
        fc.record({ where: whereOf(model, 1), data: changes(model, 0) }),
      ),
    },
    {
      weight: 2,
      arbitrary: write('upsert', shown({ where, create: newRow(model, 1), update: changes(model, 1) })),
    },
    { weight: 1, arbitrary: write('delete', shown({ where })) },
    { weight: 1, arbitrary: write('deleteMany', fc.record({ where: whereOf(model) })) },
    { weight: 1, arbitrary: fluent },
  )
}

const WRITES = new Map(MODELS.map((model) => [model, writeOf(model)]))

/** A write of one of the models, by any operation. */
export const anyWrite = (models: readonly string[]): fc.Arbitrary<ModelWrite> =>
  fc.oneof(...models.map((model) => WRITES.get(model) ?? writeOf(model)))

/** An update of a row by what it does to the rows that it is related to, from either end of a relation. */
export function relinking(model: string, name: string, relation: RelationFacts): fc.Arbitrary<ModelWrite> {
  const from = (at: string, field: string, through: RelationFacts): fc.Arbitrary<ModelWrite> =>
    fc
      .tuple(uniqueWhere(at), one(relatedWrites(at, field, through, 0)))
      .map(([where, operation]): ModelWrite => {
        const args = { where, data: { [field]: operation } }
        return { kind: 'write', model: at, operation: 'update', args }
      })
  const { model: target, opposite } = relation
  return fc.oneof(from(model, name, relation), from(target, opposite, oppositeOf(schema, relation)))
}

/** An update of one row's columns that are no keys: what it does not touch must stay cached. */
export const plainUpdate: fc.Arbitrary<ModelWrite> = fc
  .constantFrom('Person', 'Profile', 'Badge', 'Club', 'Bed', 'Label', 'Labelling', 'Visit')
  .chain((model) => {
    const keys = keyColumnsOf(model)
    const columns = columnsOf(model).filter((column) => !keys.includes(column))
    return fc
      .tuple(
        uniqueWhere(model, true),
        fc
          .constantFrom(...columns)
          .chain((column) => storedOf(model, column).map((value) => ({ [column]: value }))),
      )
      .map(
        ([where, data]): ModelWrite => ({ kind: 'write', model, operation: 'update', args: { where, data } }),
      )
  })

const id = fc.integer({ min: 1, max: 4 })

export const anyRaw: fc.Arbitrary<RawWrite> = fc
  .tuple(id, id)
  .chain(([a, b]) =>
    fc.constantFrom<[boolean, string]>(
      [false, `UPDATE "Plant" SET "kindId" = ${b} WHERE "id" = ${a}`],
      [false, `UPDATE people SET mentor = NULL WHERE id = ${a}`],
      [false, `DELETE FROM "people" WHERE "id" = ${a}`],
      [false, `UPDATE "archive"."visit_log" SET "remark" = 'raw' WHERE "plant" = ${a}`],
      [false, `DELETE FROM "_ClubToPerson" WHERE "A" = ${a}`],
      [false, `UPDATE "Kind" SET "the_code" = 'raw' || "id" WHERE "id" = ${a}`],
      [
        true,
        `INSERT INTO "Kind" ("id", "the_code") VALUES (${a}, 'new${b}') ON CONFLICT DO NOTHING RETURNING "id"`,
      ],
      [
        true,
        `WITH gone AS (DELETE FROM "Labelling" WHERE "labelId" = ${a} RETURNING *) SELECT count(*) FROM gone`,
      ],
      [true, `UPDATE "Bed" SET "soil" = 'raw${b}' WHERE "row" = ${a} RETURNING "col"`],
    ),
  )
  .map(([query, sql]): RawWrite => ({ kind: 'raw', query, sql }))
