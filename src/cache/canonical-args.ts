import { skip } from '@prisma/client/runtime/client'
import { type Args, given, isArgs, isDecimal, isFilter } from './pins.ts'
import {
  type CacheSchema,
  fieldOf,
  isRelation,
  isScalar,
  modelFacts,
  type RelationFacts,
} from './schema-facts.ts'

/**
 * The arguments of a read as one of the ways to write them: `{ id: { equals: 7 } }` as `{ id: 7 }`, at any depth.
 * Arguments that Prisma refuses do not become ones that it takes, or an entry would answer what should be an error.
 *
 * @param operation which takes an `equals` on the keys of its `where`, unless it finds one row by them
 */
export function canonicalArgs(schema: CacheSchema, model: string, operation: string, args: unknown): unknown {
  if (!isArgs(args)) return args
  if (!operation.startsWith('findUnique')) return canonicalQuery(schema, model, args)
  const { where, ...others } = args
  return { ...canonicalQuery(schema, model, others), where }
}

function canonicalQuery(schema: CacheSchema, model: string, args: Args): Args {
  const { where, select, include, ...others } = args
  const said = Object.entries(others).filter(([name, value]) => value !== undefined || name.startsWith('_'))
  const tree = (value: unknown) => canonicalTree(schema, model, value)
  return {
    ...Object.fromEntries(said),
    where: canonicalWhere(schema, model, where),
    select: tree(select),
    include: tree(include),
  }
}

/** What `select` or `include` says of the relations of a model. */
function canonicalTree(schema: CacheSchema, model: string, tree: unknown): unknown {
  if (!isArgs(tree)) return tree
  const facts = modelFacts(schema, model)
  // Their order changes no more than that of the properties, but for a fault of Prisma's that gives other counts.
  const relations = given(tree).flatMap(([name]) => (isScalar(fieldOf(facts, name)) ? [] : [name]))
  const asked = Object.entries(tree).map(([name, value]): [string, unknown] => {
    const field = fieldOf(facts, name)
    if (name === '_count' && isArgs(value))
      return [name, { ...value, select: canonicalTree(schema, model, value.select) }]
    return [name, isRelation(field) && isArgs(value) ? canonicalQuery(schema, field.model, value) : value]
  })
  // `undefined` stays: it hides a column that would be included, and must name a field that there is.
  return [Object.fromEntries(asked.filter(([, value]) => value !== skip)), relations]
}

function canonicalWhere(schema: CacheSchema, model: string, where: unknown): unknown {
  if (Array.isArray(where)) return where.map((part) => canonicalWhere(schema, model, part))
  if (!isArgs(where)) return where
  const facts = modelFacts(schema, model)
  return mapValues(where, (name, value) => {
    if (name === 'AND' || name === 'OR' || name === 'NOT') return canonicalWhere(schema, model, value)
    const field = fieldOf(facts, name)
    if (isRelation(field)) return canonicalFilter(schema, field, value)
    return isScalar(field) && !field.list && field.type !== 'Json' ? withoutEquals(value) : value
  })
}

function canonicalFilter(schema: CacheSchema, relation: RelationFacts, filter: unknown): unknown {
  const inner = (where: unknown) => canonicalWhere(schema, relation.model, where)
  return relation.list || isFilter(schema, relation, filter)
    ? isArgs(filter)
      ? mapValues(filter, (_, where) => inner(where))
      : filter
    : inner(filter)
}

function withoutEquals(filter: unknown): unknown {
  const conditions = given(filter)
  const [[name, value] = []] = conditions
  return conditions.length === 1 && name === 'equals' && isPlainValue(value) ? value : filter
}

/** Not a reference to a column, which Prisma takes only under `equals`. */
const isPlainValue = (value: unknown): boolean =>
  value === null ||
  typeof value !== 'object' ||
  value instanceof Date ||
  value instanceof Uint8Array ||
  isDecimal(value)

const mapValues = (args: Args, map: (name: string, value: unknown) => unknown): Args =>
  Object.fromEntries(given(args).map(([name, value]) => [name, map(name, value)]))

/** Whether something in the arguments is `undefined`, which a client with `strictUndefinedChecks` refuses. */
export const holdsUndefined = (args: unknown): boolean =>
  args === undefined ||
  (Array.isArray(args) ? args.some(holdsUndefined) : isArgs(args) && Object.values(args).some(holdsUndefined))
