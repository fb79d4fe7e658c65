import { carry, MOST_ROWS } from './pins.ts'
import {
  type CacheSchema,
  fieldOf,
  isPinnable,
  keyColumns,
  modelFacts,
  type RelationFacts,
  referrersOf,
  relationsOf,
} from './schema-facts.ts'
import { ANY_ROW, covers, joinColumn, joinedTag, type Rows, rowSetTag, sweepTag, tableTag } from './tags.ts'

const NO_COLUMNS: ReadonlySet<string> = new Set()

/** Collects the tags of the rows that a write touches, with those that the database touches on its own account. */
export class Touches {
  readonly tags = new Set<string>()
  /** The columns that updates and referential actions change: `Book.title`. */
  readonly changed = new Set<string>()
  /** Those of the tags whose rows may leave row sets: whoever writes such a row meanwhile sees only where it is by then. */
  readonly left = new Set<string>()
  private readonly schema: CacheSchema
  private readonly followed = new Set<string>()

  constructor(schema: CacheSchema) {
    this.schema = schema
  }

  /** A row that is new, or one of many. Nothing leads to it yet. */
  created(model: string, rows: Rows): void {
    this.sets(model, rows, NO_COLUMNS)
  }

  /**
   * Rows that go or change. Where columns of a key column set change, the rows leave row sets that nobody names
   * and enter others, so all of that set are swept.
   */
  private rows(model: string, rows: Rows, changed: ReadonlySet<string> = NO_COLUMNS): void {
    if (relationsOf(modelFacts(this.schema, model)).some(([, { join }]) => join))
      this.tags.add(joinedTag(model))
    this.sets(model, rows, changed)
  }

  private sets(model: string, rows: Rows, changed: ReadonlySet<string>): void {
    this.tags.add(tableTag(model))
    for (const columns of modelFacts(this.schema, model).keys) {
      const told = rows.length <= MOST_ROWS && rows.every((known) => covers(known, columns))
      const moves = columns.some((column) => changed.has(column))
      if (moves) this.left.add(sweepTag(model, columns))
      if (!told || moves) this.tags.add(sweepTag(model, columns))
      else for (const known of rows) this.tags.add(rowSetTag(model, columns, known))
    }
  }

  /** Rows of a relation's join table, by what is known of their two ends: the ids of this side and of the other. */
  join(model: string, field: string, relation: RelationFacts, own?: string, other?: string): void {
    if (!relation.join) return
    const { table } = relation.join
    this.tags.add(tableTag(table))
    const end = (column: string, id: string | undefined) =>
      this.tags.add(
        id === undefined ? sweepTag(table, [column]) : rowSetTag(table, [column], new Map([[column, id]])),
      )
    end(joinColumn(model, field), own)
    end(joinColumn(relation.model, relation.opposite), other)
  }

  /** Rows with their rows of join tables: of any row, all without which no query that reaches the model is cached. */
  withJoins(model: string, rows: Rows): void {
    this.rows(model, rows)
    this.joinsOf(model, rows)
  }

  /** Any row of any table: for a write of which nothing better can be told. */
  everything(): void {
    for (const model of Object.keys(this.schema.models)) this.withJoins(model, ANY_ROW)
    for (const tag of this.tags) this.left.add(tag)
  }

  /** Deleted rows, and what goes or changes with them by `onDelete`. */
  deleted(model: string, rows: Rows): void {
    // A new row may take its place in the same write, with other links.
    for (const column of Object.keys(modelFacts(this.schema, model).fields))
      this.changed.add(`${model}.${column}`)
    for (const columns of modelFacts(this.schema, model).keys) this.left.add(sweepTag(model, columns))
    this.withJoins(model, rows)
    this.follow(model, rows, 'onDelete')
  }

  /** Updated rows, and what changes with them by `onUpdate` where a referenced column is among the changed ones. */
  updated(model: string, rows: Rows, changed: ReadonlySet<string>): void {
    this.rows(model, rows, changed)
    if (changed.size === 0) return
    for (const column of changed) this.changed.add(`${model}.${column}`)
    if (relationsOf(modelFacts(this.schema, model)).some(([, { join }]) => join && changed.has(join.id)))
      this.joinsOf(model, ANY_ROW)
    this.follow(model, rows, 'onUpdate', changed)
  }

  private joinsOf(model: string, rows: Rows): void {
    for (const [field, relation] of relationsOf(modelFacts(this.schema, model))) {
      const { join } = relation
      if (join) for (const known of rows) this.join(model, field, relation, known.get(join.id))
    }
  }

  private follow(
    model: string,
    rows: Rows,
    event: 'onDelete' | 'onUpdate',
    changed?: ReadonlySet<string>,
  ): void {
    const led = referrersOf(this.schema, model).filter(
      ({ key }) =>
        key[event] !== 'Restrict' &&
        key[event] !== 'NoAction' &&
        (!changed || key.to.some((column) => changed.has(column))),
    )
    const hidden = this.schema.hiddenKeys && (!changed || this.mayBeReferenced(model, changed))
    if (led.length === 0 && !hidden) return
    const step = JSON.stringify([
      event,
      model,
      changed && [...changed],
      rows.map((known) => [...known].sort()),
    ])
    if (this.followed.has(step)) return
    this.followed.add(step)
    if (hidden) this.everything()
    for (const { model: child, key } of led) {
      const children = carry(rows, key.to, key.from, modelFacts(this.schema, child))
      if (event === 'onDelete' && key.onDelete === 'Cascade') this.deleted(child, children)
      else this.updated(child, children, new Set(key.from))
    }
  }

  private mayBeReferenced(model: string, changed: ReadonlySet<string>): boolean {
    const facts = modelFacts(this.schema, model)
    const keys = keyColumns(facts)
    return [...changed].some((column) => keys.has(column) || !isPinnable(fieldOf(facts, column)))
  }
}
