import { type JsArgs, type RawQueryArgs, skip } from '@prisma/client/runtime/client'
import { type Args, isArgs } from './pins.ts'
import type { Lens } from './plan.ts'
import { type CacheSchema, isScalar, keyColumns, modelFacts } from './schema-facts.ts'

export type CallArgs = JsArgs | RawQueryArgs

/** A write's arguments such that its result shows the key columns, and what hides those again that nobody asked for. */
export interface Shown {
  readonly args: CallArgs
  readonly hide: (result: unknown) => unknown
}

/** The writes that return rows. */
const RETURNS_ROWS = new Set(['create', 'update', 'upsert', 'delete', 'createManyAndReturn'])

/** Asks for the key columns that `select`, `omit` or the client's own omissions would keep from us. */
export function showKeyColumns(
  schema: CacheSchema,
  model: string,
  operation: string,
  args: CallArgs,
  lens: Lens,
): Shown {
  const untouched: Shown = { args, hide: (result) => result }
  if (!RETURNS_ROWS.has(operation) || !isArgs(args)) return untouched
  const { select } = args
  // An empty selection is the caller's mistake, and Prisma's to say so.
  if (isArgs(select) && !Object.values(select).some((value) => value && value !== skip)) return untouched
  const omit = { ...ownOf(lens.omit, model), ...(isArgs(args.omit) ? args.omit : {}) }
  const isHidden = (name: string): boolean =>
    isArgs(select) ? isUnasked(select, name, lens.strict) : Boolean(omit[name]) && omit[name] !== skip
  const needed = neededBy(lens.computed[model] ?? {}, isHidden)
  const isGone = (column: string): boolean => isHidden(column) && !needed.has(column)
  const facts = modelFacts(schema, model)
  // To omit everything is a mistake, too.
  if (
    !isArgs(select) &&
    Object.entries(facts.fields).every(([name, field]) => !isScalar(field) || isGone(name))
  )
    return untouched
  const hidden = [...keyColumns(facts)].filter(isGone)
  if (hidden.length === 0) return untouched
  const shown = (value: boolean) => Object.fromEntries(hidden.map((column) => [column, value]))
  return {
    args: isArgs(select)
      ? { ...args, select: { ...select, ...shown(true) } }
      : { ...args, omit: { ...(isArgs(args.omit) ? args.omit : {}), ...shown(false) } },
    hide(result) {
      for (const row of Array.isArray(result) ? result : [result])
        if (isArgs(row)) for (const column of hidden) Reflect.deleteProperty(row, column)
      return result
    },
  }
}

/** Whether a selection leaves a field out. Any other value is a wish for it, or a mistake that Prisma is to see. */
function isUnasked(select: Args, name: string, strict: boolean): boolean {
  const value = Object.hasOwn(select, name) ? select[name] : false
  return value === false || value === skip || (value === undefined && !strict)
}

/** The columns that Prisma asks for itself, for computed fields that it shows, and hides itself. */
const neededBy = (
  computed: Readonly<Record<string, readonly string[]>>,
  isHidden: (name: string) => boolean,
): Set<string> =>
  new Set(Object.entries(computed).flatMap(([field, needs]) => (isHidden(field) ? [] : needs)))

/** What a client's own omissions, which name models in their own way, say of a model. */
function ownOf(omit: unknown, model: string): Args {
  const own = isArgs(omit) ? omit[model.charAt(0).toLowerCase() + model.slice(1)] : undefined
  return isArgs(own) ? own : {}
}
