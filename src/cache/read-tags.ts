import { type Args, asList, both, given, isArgs, isFilter, rowsOfWhere, rowsThrough } from './pins.ts'
import {
  type CacheSchema,
  fieldOf,
  isRelation,
  modelFacts,
  type RelationFacts,
  relationsOf,
} from './schema-facts.ts'
import {
  ANY_ROW,
  covers,
  joinColumn,
  joinedTag,
  type Known,
  type Rows,
  rowSetTag,
  sweepTag,
  tableTag,
} from './tags.ts'

/**
 * The tags that a read depends on: every row that can change its answer is in at least one of them.
 *
 * @param args the arguments of `findMany`, `count`, `aggregate`, `groupBy` or another read of `model`
 */
export function tagsOfRead(
  schema: CacheSchema,
  model: string,
  operation: string,
  args: unknown,
): Set<string> {
  const reader = new Reader(schema)
  reader.read(model, args, ANY_ROW, operation.startsWith('find'))
  return reader.tags
}

class Reader {
  readonly tags = new Set<string>()
  private readonly schema: CacheSchema

  constructor(schema: CacheSchema) {
    this.schema = schema
  }

  /**
   * A query, or the part of one that reads the rows of a relation.
   *
   * @param rows what the relation tells of them
   * @param whole the tag of all rows that it may lead to
   */
  read(model: string, args: unknown, rows: Rows, selects = true, whole = tableTag(model)): void {
    const { where, cursor, orderBy, select, include }: Args = isArgs(args) ? args : {}
    const found = both(rows, rowsOfWhere(this.schema, model, where))
    this.depend(model, found, whole)
    this.filter(model, where, found)
    // A cursor's row need not satisfy `where`, and takes its place in the order all the same.
    const at = cursor ? rowsOfWhere(this.schema, model, cursor) : []
    this.depend(model, at)
    for (const order of asList(orderBy)) this.order(model, order, [...found, ...at])
    if (selects) for (const tree of [select, include]) this.select(model, tree, found)
  }

  private depend(model: string, rows: Rows, whole = tableTag(model)): void {
    const { keys } = modelFacts(this.schema, model)
    const sets = rows.map((known) => ({ known, columns: keys.find((columns) => covers(known, columns)) }))
    if (sets.some(({ columns }) => !columns)) this.tags.add(whole)
    else for (const { known, columns = [] } of sets) this.dependOnSet(model, columns, known)
  }

  private dependOnSet(table: string, columns: readonly string[], known: Known): void {
    this.tags.add(rowSetTag(table, columns, known)).add(sweepTag(table, columns))
  }

  /** Follows a relation: depends on its join table, if it has one, and tells what is known of the rows beyond it. */
  private through(model: string, name: string, relation: RelationFacts, rows: Rows): Rows {
    const { join } = relation
    if (join)
      for (const known of rows) this.dependOnJoin(join.table, joinColumn(model, name), known.get(join.id))
    return rowsThrough(this.schema, relation, rows)
  }

  private dependOnJoin(table: string, column: string, id: string | undefined): void {
    if (id === undefined) this.tags.add(tableTag(table))
    else this.dependOnSet(table, [column], new Map([[column, id]]))
  }

  private relations(model: string, tree: unknown): [string, RelationFacts, unknown][] {
    const facts = modelFacts(this.schema, model)
    return given(tree).flatMap(([name, value]): [string, RelationFacts, unknown][] => {
      const field = fieldOf(facts, name)
      return isRelation(field) ? [[name, field, value]] : []
    })
  }

  private select(model: string, tree: unknown, rows: Rows): void {
    for (const [name, relation, value] of this.relations(model, tree)) {
      if (value !== false)
        this.read(relation.model, value, this.through(model, name, relation, rows), true, wholeOf(relation))
    }
    for (const [name, value] of given(tree))
      if (name === '_count' && value !== false) this.counts(model, value, rows)
  }

  private counts(model: string, value: unknown, rows: Rows): void {
    const lists = relationsOf(modelFacts(this.schema, model)).filter(([, { list }]) => list)
    const counted = isArgs(value) ? value.select : Object.fromEntries(lists.map(([name]) => [name, true]))
    this.select(model, counted, rows)
  }

  /** @param negated whether rows count that do not satisfy `where` */
  private filter(model: string, where: unknown, rows: Rows, negated = false): void {
    for (const [name, value] of given(where)) {
      if (name === 'AND' || name === 'OR' || name === 'NOT') {
        for (const part of asList(value)) this.filter(model, part, rows, negated || name === 'NOT')
      }
    }
    for (const [name, relation, value] of this.relations(model, where)) {
      const beyond = this.through(model, name, relation, rows)
      for (const [quantifier, part] of this.parts(relation, value)) {
        // What a condition pins does not narrow down the rows that fail it: null is neither equal nor different.
        const fails = relation.list ? quantifier === 'every' : negated || quantifier === 'isNot'
        const narrowed = fails ? beyond : both(beyond, rowsOfWhere(this.schema, relation.model, part))
        this.depend(relation.model, narrowed, wholeOf(relation))
        this.filter(relation.model, part, narrowed, fails)
      }
    }
  }

  private parts(relation: RelationFacts, value: unknown): [string, unknown][] {
    return relation.list || isFilter(this.schema, relation, value) ? given(value) : [['is', value]]
  }

  private order(model: string, order: unknown, rows: Rows): void {
    for (const [name, relation, value] of this.relations(model, order)) {
      const beyond = this.through(model, name, relation, rows)
      this.depend(relation.model, beyond, wholeOf(relation))
      this.order(relation.model, value, beyond)
    }
  }
}

/** All rows at the far end of a relation: where a join table leads to them, a new row is not among them by itself. */
const wholeOf = ({ model, join }: RelationFacts): string => (join ? joinedTag(model) : tableTag(model))
