import { createHash } from 'node:crypto'
import type { DMMF } from '@prisma/generator-helper'
import {
  type CacheSchema,
  type FieldFacts,
  isPinnable,
  type ModelFacts,
  type ReferentialAction,
  type RelationFacts,
} from './schema-facts.ts'

/**
 * The facts that the cache needs, from the data model that Prisma hands to a generator.
 *
 * @param datamodel what `prisma generate` parsed
 * @param source the text of the schema: only there can a view be told from a model, and is what `@ignore` hides
 * @throws an Error for what cannot be cached
 */
export function factsOfDmmf(datamodel: DMMF.Datamodel, source: string): CacheSchema {
  if (/^\s*relationMode\s*=\s*"prisma"/m.test(source))
    throw new Error(
      'relationMode = "prisma" cannot be cached: without foreign keys, rows keep links to rows that are gone',
    )
  const views = new Set([...source.matchAll(/^\s*view\s+(\w+)\s*\{/gm)].map((match) => match[1]))
  const models = Object.fromEntries(
    datamodel.models.map((model): [string, ModelFacts] => [
      model.name,
      {
        table: model.dbName ?? model.name,
        ...(views.has(model.name) && { view: true as const }),
        fields: fieldsOf(model, datamodel.models),
        id: [
          ...(model.primaryKey?.fields ?? model.fields.filter(({ isId }) => isId).map(({ name }) => name)),
        ],
        keys: keysOf(model),
        compounds: compoundsOf(model),
      },
    ]),
  )
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([datamodel.models, datamodel.enums]))
    .digest('base64url')
    .slice(0, 16)
  return { fingerprint, ...(hidesKeys(source) && { hiddenKeys: true as const }), models }
}

/** Whether a relation with a foreign key has `@ignore`. */
function hidesKeys(source: string): boolean {
  const fields = source
    .replace(/"(?:[^"\\]|\\.)*"|\/\/.*$/gm, '')
    // A relation's arguments may take several lines.
    .replace(/\(([^)]*)\)/g, (part) => part.replace(/\s+/g, ' '))
  return /^(?=.*@relation\([^)]*\bfields\b)(?=.*@ignore\b)/m.test(fields)
}

function fieldsOf(model: DMMF.Model, models: readonly DMMF.Model[]): Record<string, FieldFacts> {
  return Object.fromEntries(
    model.fields
      .filter((field) => field.kind !== 'unsupported')
      .map((field): [string, FieldFacts] => [
        field.name,
        field.kind === 'object' ? relationFacts(model, field, models) : scalarFacts(field, model),
      ]),
  )
}

function scalarFacts(field: DMMF.Field, model: DMMF.Model): FieldFacts {
  return {
    type: field.kind === 'enum' ? 'Enum' : field.type,
    ...(field.isList && { list: true as const }),
    ...(field.nativeType && { native: field.nativeType[0] }),
    ...(isGenerated(field, model) && { generated: true as const }),
  }
}

/** A default names no column, so one that does is the expression of a column that is GENERATED ALWAYS. */
function isGenerated({ default: value }: DMMF.Field, { fields }: DMMF.Model): boolean {
  if (typeof value !== 'object' || !('name' in value) || value.name !== 'dbgenerated') return false
  const [expression] = value.args
  // Without one, Prisma does not know it.
  return expression === undefined || fields.some((field) => names(String(expression), field))
}

const names = (expression: string, { name, dbName }: DMMF.Field): boolean =>
  new RegExp(`(?<!\\w)${(dbName ?? name).replace(/[^\w]/g, '\\$&')}(?!\\w)`).test(expression)

function relationFacts(model: DMMF.Model, field: DMMF.Field, models: readonly DMMF.Model[]): RelationFacts {
  const target = models.find(({ name }) => name === field.type)
  const opposite = target?.fields.find(
    // A name may be that of several relations, each between other models.
    (other) =>
      other.relationName === field.relationName &&
      other.type === model.name &&
      (target !== model || other.name !== field.name),
  )
  if (!opposite)
    throw new Error(
      `${model.name}.${field.name} has no field at its other end: give @ignore to both ends or to none`,
    )
  const facts = { model: field.type, opposite: opposite.name, ...(field.isList && { list: true as const }) }
  const from = field.relationFromFields ?? []
  if (from.length > 0) {
    const optional = model.fields.some(({ name, isRequired }) => from.includes(name) && !isRequired)
    return {
      ...facts,
      key: {
        from,
        to: field.relationToFields ?? [],
        onDelete: (field.relationOnDelete as ReferentialAction) ?? (optional ? 'SetNull' : 'Restrict'),
        onUpdate: (field.relationOnUpdate as ReferentialAction) ?? 'Cascade',
      },
    }
  }
  if (!field.isList || !opposite.isList) return facts
  const id = model.fields.find(({ isId }) => isId)
  if (!id) throw new Error(`${model.name} has a join table but no id`)
  return { ...facts, join: { table: `_${field.relationName}`, id: id.name } }
}

/** Primary key, uniques and foreign keys, without those in which a column cannot be pinned, without doubles. */
function keysOf(model: DMMF.Model): string[][] {
  const one = (wanted: (field: DMMF.Field) => boolean) =>
    model.fields.filter(wanted).map(({ name }) => [name])
  const sets = [
    ...one(({ isId }) => isId),
    ...(model.primaryKey ? [[...model.primaryKey.fields]] : []),
    ...one(({ isUnique }) => isUnique),
    ...model.uniqueFields.map((fields) => [...fields]),
    ...model.fields.flatMap(({ relationFromFields }) =>
      relationFromFields?.length ? [[...relationFromFields]] : [],
    ),
  ]
  const pinnable = (name: string) => {
    const field = model.fields.find((candidate) => candidate.name === name)
    return field !== undefined && isPinnable(scalarFacts(field, model))
  }
  const distinct = new Map(sets.map((fields) => [[...fields].sort().join(), fields]))
  return [...distinct.values()].filter((fields) => fields.every(pinnable))
}

function compoundsOf(model: DMMF.Model): Record<string, readonly string[]> {
  const compounds = [...(model.primaryKey ? [model.primaryKey] : []), ...model.uniqueIndexes]
  return Object.fromEntries(
    compounds
      .filter(({ fields }) => fields.length > 1)
      .map(({ name, fields }) => [name ?? fields.join('_'), [...fields]]),
  )
}
