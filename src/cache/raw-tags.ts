import { type CacheSchema, relationsOf } from './schema-facts.ts'
import { ANY_ROW } from './tags.ts'
import { Touches } from './touches.ts'

const WRITES = /\b(insert|update|delete|merge)\b/i
/** Statements that reach tables which they need not name: procedures, `TRUNCATE … CASCADE`, changes of the schema. */
const REACHES_FURTHER =
  /\b(call|execute|prepared?|truncate|copy|alter|drop|create|refresh|import)\b|(^|;)\s*do\b/i

/** The text of a raw statement, from what an extension is given for `$executeRaw` and its kin. */
function statementText(args: unknown): string | undefined {
  const text: unknown = Array.isArray(args)
    ? args[0]
    : typeof args === 'object' && args !== null
      ? Reflect.get(args, 'sql')
      : undefined
  return typeof text === 'string' ? text : undefined
}

/** What locks rows writes none. In one line: a comment before an `UPDATE` may end in "for". */
const LOCKS = /\bfor[ \t]+(no[ \t]+key[ \t]+)?update\b/gi
/** Statements about the session alone: its settings, its locks. */
const SESSION = /^\s*(set|select\s+(pg_catalog\.)?(set_config|pg_advisory_\w+)\s*\()/i
/** What is written to, without the schema that it is in. */
const TARGETS =
  /\b(?:insert\s+into|merge\s+into|delete\s+from|update)\b\s*(?:only\b\s*)?\(?\s*(?:(?:"[^"]+"|[^\s(;,"'.]+)\s*\.\s*)*("[^"]+"|[^\s(;,"'.]+)/gi

/**
 * What a raw statement touches: the tags of the tables that its text names, or of every table where it writes to
 * something else: a view, or what the schema does not know. A `$queryRaw` without a word that writes touches nothing; a
 * function that it calls is taken not to write.
 *
 * The text is not parsed: words in strings and comments count, so that none can hide a table.
 */
export function touchesOfRaw(schema: CacheSchema, operation: string, args: unknown): Touches {
  const text = (statementText(args) ?? '').replace(LOCKS, '')
  const touches = new Touches(schema)
  const further = text === '' || REACHES_FURTHER.test(text)
  const writes = WRITES.test(text)
  if (!further && !writes && (operation.startsWith('$query') || SESSION.test(text))) return touches
  const known = tables(schema)
  const named = known.filter(([table]) => names(text, table))
  if (further || named.length === 0 || writesElsewhere(known, text)) touches.everything()
  for (const [, touch] of named) touch(touches)
  return touches
}

/** Whether a statement may insert into, update or delete from what is no table of the schema. */
function writesElsewhere(tables: readonly Table[], text: string): boolean {
  const known = new Set(tables.map(([table]) => table))
  const targets = [...text.matchAll(TARGETS)].map(([, target = '']) => nameOf(target))
  const words = [...text.matchAll(new RegExp(WRITES, 'gi'))]
  // `ON CONFLICT … DO UPDATE SET` updates the table that is inserted into.
  return words.length > targets.length || targets.some((target) => target !== 'set' && !known.has(target))
}

/** A name as the database knows it. */
const nameOf = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text.toLowerCase())

/** Whether a text holds a table's name as a word of its own, quoted or not. */
const names = (text: string, table: string): boolean =>
  new RegExp(`(?<!\\w)${table.replace(/[^\w]/g, '\\$&')}(?!\\w)`, 'i').test(text)

/** A table's name in the database, and what touches all that a statement on it may reach. */
type Table = [string, (touches: Touches) => void]

/** The tables of the schema, without its views. */
function tables(schema: CacheSchema): Table[] {
  const stored = Object.entries(schema.models).filter(([, { view }]) => !view)
  return stored.flatMap(([model, facts]): Table[] => [
    [
      facts.table,
      (touches) => {
        touches.deleted(model, ANY_ROW)
        touches.updated(model, ANY_ROW, new Set(Object.keys(facts.fields)))
      },
    ],
    ...relationsOf(facts).flatMap(([field, relation]): Table[] =>
      relation.join ? [[relation.join.table, (touches) => touches.join(model, field, relation)]] : [],
    ),
  ])
}
