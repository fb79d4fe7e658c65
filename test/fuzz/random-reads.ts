import fc from 'fast-check'
import type { RelationFacts } from '../../src/cache/schema-facts.ts'
import {
  columnsOf,
  columnValue,
  MODELS,
  numbersOf,
  one,
  relationsOf,
  rowSetOf,
  some,
  totalOrder,
  uniqueColumnsOf,
  uniqueWhere,
} from './facts.ts'

export interface Read {
  readonly kind: 'read'
  readonly model: string
  readonly operation: string
  readonly args: object
  readonly fluent?: Fluent
}

/** The relation that a fluent call goes on to, and what that is asked with. */
export interface Fluent {
  readonly relation: string
  readonly args: object
}

const DEPTH = 2

function condition(model: string, column: string): fc.Arbitrary<unknown> {
  const value = columnValue(model, column)
  const values = fc.array(value, { maxLength: 3 })
  return fc.oneof(
    { weight: 4, arbitrary: value },
    { weight: 2, arbitrary: value.map((equals) => ({ equals })) },
    { weight: 2, arbitrary: values.map((list) => ({ in: list })) },
    { weight: 1, arbitrary: value.map((not) => ({ not })) },
    { weight: 1, arbitrary: value.map((gt) => ({ gt })) },
  )
}

/** A condition of any form that Prisma knows. */
export function whereOf(model: string, depth = DEPTH): fc.Arbitrary<object> {
  const columns = fc
    .constantFrom(...columnsOf(model))
    .chain((column) => condition(model, column).map((value) => ({ [column]: value })))
  if (depth === 0) return columns
  const inner = whereOf(model, depth - 1)
  const relations = relationsOf(model).map(([name, relation]) => filterOf(name, relation, depth))
  return fc.oneof(
    { weight: 5, arbitrary: columns },
    { weight: 3, arbitrary: fc.oneof(...relations) },
    {
      weight: 2,
      arbitrary: one({
        AND: fc.array(inner, { minLength: 1, maxLength: 2 }),
        OR: fc.array(inner, { minLength: 1, maxLength: 2 }),
        NOT: inner,
      }),
    },
    { weight: 1, arbitrary: fc.tuple(columns, inner).map(([a, b]) => ({ ...a, ...b })) },
  )
}

/** A condition on the rows that a relation leads to. */
function filterOf(name: string, { model, list }: RelationFacts, depth: number): fc.Arbitrary<object> {
  const beyond = fc.oneof(whereOf(model, depth - 1), rowSetOf(model), fc.constant({}))
  const filter = list
    ? one({ some: beyond, every: beyond, none: beyond })
    : fc.oneof(beyond, one({ is: beyond, isNot: beyond }))
  return filter.map((value) => ({ [name]: value }))
}

/** What names one row, at times with more conditions on it. */
export const rowWhere = (model: string): fc.Arbitrary<object> =>
  fc
    .tuple(uniqueWhere(model), fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, whereOf(model, 1)))
    .map(([key, more]) => {
      const others = Object.entries(more).filter(([name]) => !uniqueColumnsOf(model).includes(name))
      return { ...Object.fromEntries(others), ...key }
    })

const listsOf = (model: string) => relationsOf(model).filter(([, { list }]) => list)

const direction = fc.constantFrom('asc', 'desc')

const orderByColumn = (model: string): fc.Arbitrary<object> =>
  fc.constantFrom(...columnsOf(model)).chain((column) => direction.map((sort) => ({ [column]: sort })))

const orderByRelation = (name: string, { model, list }: RelationFacts): fc.Arbitrary<object> =>
  (list ? direction.map((_count) => ({ _count })) : orderByColumn(model)).map((order) => ({ [name]: order }))

function orderOf(model: string): fc.Arbitrary<object[]> {
  const byRelation = relationsOf(model).map(([name, relation]) => orderByRelation(name, relation))
  return fc
    .array(fc.oneof(orderByColumn(model), ...byRelation), { maxLength: 1 })
    .map((order) => [...order, ...totalOrder(model)])
}

/** What a list of rows is asked with. */
function listArgs(model: string, depth: number): fc.Arbitrary<object> {
  const ordered = orderOf(model).map((orderBy) => ({ orderBy }))
  const narrowed = some({
    where: whereOf(model, Math.min(depth, 1)),
    take: fc.integer({ min: -2, max: 3 }),
    skip: fc.integer({ min: 0, max: 1 }),
    distinct: fc.constantFrom(...columnsOf(model)).map((column) => [column]),
  })
  return fc
    .tuple(ordered, narrowed, treeOf(model, depth))
    .map(([order, narrow, tree]) => ({ ...order, ...narrow, ...tree }))
}

/** `select`, `include`, `omit` or nothing. */
export function treeOf(model: string, depth: number): fc.Arbitrary<object> {
  const names = columnsOf(model)
  const columns = some(
    Object.fromEntries(names.map((column) => [column, fc.constant(true)])),
    Math.min(3, names.length - 1),
  )
  const nothing = fc.constant({})
  if (depth === 0)
    return fc.oneof(
      nothing,
      columns.map((omit) => ({ omit })),
    )
  const relations = some(
    {
      ...Object.fromEntries(
        relationsOf(model).map(([name, { model: target, list }]) => {
          const inner = list ? listArgs(target, depth - 1) : treeOf(target, depth - 1)
          return [
            name,
            fc.oneof(list ? orderOf(target).map((orderBy) => ({ orderBy })) : fc.constant(true), inner),
          ]
        }),
      ),
      ...(listsOf(model).length > 0 && { _count: countsOf(model, depth) }),
    },
    2,
  )
  return fc.oneof(
    nothing,
    relations.map((include) => ({ include })),
    fc
      .tuple(fc.constantFrom(...names), columns, relations)
      .map(([first, some, more]) => ({ select: { [first]: true, ...some, ...more } })),
  )
}

const countOf = ({ model }: RelationFacts, depth: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constant(true),
    whereOf(model, depth).map((where) => ({ where })),
  )

function countsOf(model: string, depth: number): fc.Arbitrary<unknown> {
  const counted = listsOf(model).map(([name, relation]): [string, fc.Arbitrary<unknown>] => [
    name,
    countOf(relation, depth - 1),
  ])
  return fc.oneof(
    fc.constant(true),
    one(Object.fromEntries(counted)).map((select) => ({ select })),
  )
}

function groupArgs(model: string): fc.Arbitrary<object> {
  const numbers = numbersOf(model)
  const [number] = numbers
  return fc.uniqueArray(fc.constantFrom(...columnsOf(model)), { minLength: 1, maxLength: 2 }).chain((by) =>
    some({
      where: whereOf(model, 1),
      ...(number && { having: fc.integer({ min: 1, max: 4 }).map((gt) => ({ [number]: { _sum: { gt } } })) }),
    }).map((args) => ({
      ...args,
      by,
      _count: { _all: true },
      ...(number && { _sum: { [number]: true } }),
      orderBy: by.map((column) => ({ [column]: 'asc' })),
    })),
  )
}

/** What a fluent call goes on to. */
export const fluentOf = (model: string): fc.Arbitrary<Fluent> =>
  fc.oneof(
    ...relationsOf(model).map(([relation, { model: target, list }]) =>
      (list ? listArgs(target, 1) : treeOf(target, 1)).map((args) => ({ relation, args })),
    ),
  )

/** A read of rows, or of one row set of them, by each way in which one relation may bear on it. */
export function readThrough(model: string, name: string, relation: RelationFacts): fc.Arbitrary<Read> {
  const { model: target, list } = relation
  const rowSet = rowSetOf(model)
  const rows = fc.oneof(
    fc.constant({}),
    rowSet,
    rowSet.map((NOT) => ({ NOT })),
    fc.tuple(rowSet, rowSet).map((OR) => ({ OR })),
  )
  const total = totalOrder(model)
  const args = fc.oneof(
    fc.tuple(rows, filterOf(name, relation, 2)).map(([a, b]) => ({ where: { ...a, ...b }, orderBy: total })),
    fc
      .tuple(rows, list ? listArgs(target, 1) : treeOf(target, 1))
      .map(([where, args]) => ({ where, include: { [name]: args }, orderBy: total })),
    fc
      .tuple(rows, orderByRelation(name, relation), some({ cursor: uniqueWhere(model, true) }))
      .map(([where, order, cursor]) => ({ where, orderBy: [order, ...total], ...cursor })),
    ...(list
      ? [
          fc.tuple(rows, countOf(relation, 1)).map(([where, count]) => ({
            where,
            include: { _count: { select: { [name]: count } } },
            orderBy: total,
          })),
        ]
      : []),
  )
  return args.map((given) => ({ kind: 'read', model, operation: 'findMany', args: given }))
}

function readOf(model: string): fc.Arbitrary<Read> {
  const read = (operation: string, args: fc.Arbitrary<object>): fc.Arbitrary<Read> =>
    args.map((given) => ({ kind: 'read', model, operation, args: given }))
  const unique = fc.tuple(rowWhere(model), treeOf(model, DEPTH)).map(([where, tree]) => ({ where, ...tree }))
  const listed = fc
    .tuple(listArgs(model, DEPTH), some({ where: whereOf(model), cursor: uniqueWhere(model, true) }))
    .map(([list, narrow]) => ({ ...list, ...narrow }))
  const numbers = Object.fromEntries(numbersOf(model).map((column) => [column, true]))
  const sums = numbersOf(model).length > 0 ? { _sum: numbers, _avg: numbers } : {}
  const columns = Object.fromEntries(columnsOf(model).map((column) => [column, true]))
  const where = some({ where: whereOf(model) })
  const fluent = fc
    .tuple(uniqueWhere(model), fluentOf(model))
    .map(
      ([where, fluent]): Read => ({ kind: 'read', model, operation: 'findUnique', args: { where }, fluent }),
    )
  return fc.oneof(
    { weight: 4, arbitrary: read('findUnique', unique) },
    { weight: 4, arbitrary: read('findMany', listed) },
    {
      weight: 3,
      arbitrary: read(
        'findMany',
        rowSetOf(model).map((where) => ({ where, orderBy: totalOrder(model) })),
      ),
    },
    {
      weight: 1,
      arbitrary: read(
        'findFirst',
        listed.map(({ take: _, ...args }: { take?: number }) => args),
      ),
    },
    { weight: 1, arbitrary: read('findUniqueOrThrow', unique) },
    { weight: 1, arbitrary: read('count', where) },
    {
      weight: 1,
      arbitrary: read(
        'aggregate',
        where.map((args) => ({ ...args, _count: true, _max: columns, ...sums })),
      ),
    },
    { weight: 1, arbitrary: read('groupBy', groupArgs(model)) },
    { weight: 1, arbitrary: fluent },
  )
}

const READS = new Map(MODELS.map((model) => [model, readOf(model)]))

/** A read of one of the models, by any operation. */
export const anyRead = (models: readonly string[]): fc.Arbitrary<Read> =>
  fc.oneof(...models.map((model) => READS.get(model) ?? readOf(model)))
