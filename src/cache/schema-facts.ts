/**
 * The facts about a Prisma schema that the generated client does not carry at run time: uniques, foreign keys,
 * referential actions, join tables. `generator.ts` writes them at `prisma generate`.
 */
export interface CacheSchema {
  /** Changes with anything in the Prisma schema that may change an answer. */
  readonly fingerprint: string
  /** Whether there are foreign keys of which nothing is known, as `@ignore` hides their relations. */
  readonly hiddenKeys?: true
  readonly models: Readonly<Record<string, ModelFacts>>
}

export interface ModelFacts {
  /** The table's name in the database. */
  readonly table: string
  /** A view's rows come from tables that the schema does not name. */
  readonly view?: true
  readonly fields: Readonly<Record<string, FieldFacts>>
  /** The primary key, as field names; empty where there is none. */
  readonly id: readonly string[]
  /** Key column sets, as field names: the primary key first, then uniques, then foreign keys. */
  readonly keys: readonly (readonly string[])[]
  /** Compound uniques by the name under which `where` takes them. */
  readonly compounds: Readonly<Record<string, readonly string[]>>
}

export type FieldFacts = ScalarFacts | RelationFacts

export interface ScalarFacts {
  /** A Prisma scalar (`Int`, `DateTime`, …) or `Enum`. */
  readonly type: string
  readonly list?: true
  /** The native type, where one is given: `Uuid`, `VarChar`. */
  readonly native?: string
  /** The database works it out from other columns. */
  readonly generated?: true
}

export type ReferentialAction = 'Cascade' | 'SetNull' | 'SetDefault' | 'Restrict' | 'NoAction'

export interface RelationFacts {
  readonly model: string
  readonly list?: true
  /** The field at the other end. */
  readonly opposite: string
  /** The foreign key, where this side has it: own fields and, in the same order, the fields they reference. */
  readonly key?: {
    readonly from: readonly string[]
    readonly to: readonly string[]
    readonly onDelete: ReferentialAction
    readonly onUpdate: ReferentialAction
  }
  /** The join table of an implicit many-to-many relation, and the own field that it references. */
  readonly join?: { readonly table: string; readonly id: string }
}

/** A foreign key that references a model, seen from that model. */
export interface Referrer {
  readonly model: string
  readonly key: NonNullable<RelationFacts['key']>
}

export const isRelation = (field: FieldFacts | undefined): field is RelationFacts =>
  field !== undefined && 'model' in field

export const isScalar = (field: FieldFacts | undefined): field is ScalarFacts =>
  field !== undefined && 'type' in field

/** The scalars and native types for which equality in PostgreSQL is equality of the text that `pins.ts` makes. */
const PINNABLE: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Int: [undefined, 'Integer', 'SmallInt', 'Oid'],
  BigInt: [undefined, 'BigInt'],
  String: [undefined, 'Text', 'VarChar', 'Uuid'],
  Boolean: [undefined, 'Boolean'],
  Enum: [undefined],
}

/** Whether a column's values can be told apart by their texts. */
export const isPinnable = (field: FieldFacts | undefined): boolean =>
  isScalar(field) && !field.list && (PINNABLE[field.type]?.includes(field.native) ?? false)

/** The facts of a model. Throws where the map knows no such model: it is older than the client. */
export function modelFacts(schema: CacheSchema, model: string): ModelFacts {
  const facts = Object.hasOwn(schema.models, model) ? schema.models[model] : undefined
  if (!facts) throw new Error(`the cache schema has no model ${model}: run \`prisma generate\``)
  return facts
}

/** The fact of one field, or undefined for a name that is none. */
export const fieldOf = (facts: ModelFacts, name: string): FieldFacts | undefined =>
  Object.hasOwn(facts.fields, name) ? facts.fields[name] : undefined

/** The relation fields of a model, with their names. */
export const relationsOf = workedOutOnce((facts: ModelFacts): readonly (readonly [string, RelationFacts])[] =>
  Object.entries(facts.fields).filter((entry): entry is [string, RelationFacts] => isRelation(entry[1])),
)

/** The columns of a model that the database works out from others. */
export const generatedColumns = workedOutOnce(({ fields }: ModelFacts): readonly string[] =>
  Object.entries(fields).flatMap(([name, field]) => (isScalar(field) && field.generated ? [name] : [])),
)

/**
 * The columns by which the rows of a model are told apart: what is known of any others says nothing. Those that a join
 * table references are among them, as ids, unless their values have no text.
 */
export const keyColumns = workedOutOnce(({ keys }: ModelFacts): ReadonlySet<string> => new Set(keys.flat()))

/** The same relation seen from its other end. */
export function oppositeOf(schema: CacheSchema, { model, opposite }: RelationFacts): RelationFacts {
  const relation = fieldOf(modelFacts(schema, model), opposite)
  if (!isRelation(relation)) throw new Error(`the cache schema has no relation ${model}.${opposite}`)
  return relation
}

/** The foreign keys that reference a model. */
export const referrersOf = (schema: CacheSchema, model: string): readonly Referrer[] =>
  referrersByModel(schema).get(model) ?? []

const referrersByModel = workedOutOnce(
  ({ models }: CacheSchema): ReadonlyMap<string, readonly Referrer[]> => {
    const referrers = new Map(Object.keys(models).map((model): [string, Referrer[]] => [model, []]))
    for (const [model, facts] of Object.entries(models))
      for (const [, { model: target, key }] of relationsOf(facts))
        if (key) referrers.get(target)?.push({ model, key })
    return referrers
  },
)

/** Whether a column is in a key column set, or is referenced by a foreign key or a join table. */
export const isKeyColumn = (schema: CacheSchema, model: string, column: string): boolean =>
  keyColumns(modelFacts(schema, model)).has(column) ||
  referrersOf(schema, model).some(({ key }) => key.to.includes(column)) ||
  relationsOf(modelFacts(schema, model)).some(([, { key, join }]) =>
    [...(key?.from ?? []), join?.id].includes(column),
  )

/** What is worked out from facts, which never change. */
function workedOutOnce<Facts extends object, Result>(
  workOut: (facts: Facts) => Result,
): (facts: Facts) => Result {
  const known = new WeakMap<Facts, Result>()
  return (facts) => {
    const result = known.get(facts) ?? workOut(facts)
    known.set(facts, result)
    return result
  }
}
