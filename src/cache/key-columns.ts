import type { JsArgs, RawQueryArgs } from '@prisma/client/runtime/client'
import { type Args, isArgs } from './pins.ts'
import { type CacheSchema, modelFacts } from './schema-facts.ts'

export type CallArgs = JsArgs | RawQueryArgs

/** A write's arguments such that its result shows the key columns, and what hides those again that nobody asked for. */
export interface Shown {
  readonly args: CallArgs
  readonly hide: (result: unknown) => unknown
}

/** The writes that return rows. */
const RETURNS_ROWS = new Set(['create', 'update', 'upsert', 'delete', 'createManyAndReturn'])

/**
 * Asks for the key columns that `select`, `omit` or the client's own omissions would keep from us.
 *
 * @param omitted the columns of the model that the client omits by itself
 */
export function showKeyColumns(
  schema: CacheSchema,
  model: string,
  operation: string,
  args: CallArgs,
  omitted: unknown,
): Shown {
  const untouched: Shown = { args, hide: (result) => result }
  if (!RETURNS_ROWS.has(operation) || !isArgs(args)) return untouched
  const columns = new Set(modelFacts(schema, model).keys.flat())
  const { select } = args
  const hidden = [...columns].filter((column) =>
    isArgs(select) ? select[column] !== true : isOmitted(args, omitted, column),
  )
  // An empty selection is the caller's mistake, and Prisma's to say so.
  if (hidden.length === 0 || (isArgs(select) && !Object.values(select).includes(true))) return untouched
  const shown = (value: boolean) => Object.fromEntries(hidden.map((column) => [column, value]))
  return {
    args: isArgs(select)
      ? { ...args, select: { ...select, ...shown(true) } }
      : { ...args, omit: { ...(isArgs(args.omit) ? args.omit : {}), ...shown(false) } },
    hide(result) {
      for (const row of Array.isArray(result) ? result : [result]) hideColumns(row, hidden)
      return result
    },
  }
}

function isOmitted(args: Args, omitted: unknown, column: string): boolean {
  const local = isArgs(args.omit) ? args.omit[column] : undefined
  const global = isArgs(omitted) ? omitted[column] : undefined
  return Boolean(typeof local === 'boolean' ? local : global)
}

/** Not deleted: a computed field of another extension may need them. */
function hideColumns(row: unknown, columns: readonly string[]): void {
  if (typeof row !== 'object' || row === null) return
  for (const column of columns)
    if (Object.hasOwn(row, column)) Object.defineProperty(row, column, { enumerable: false })
}
