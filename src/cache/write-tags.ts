import {
  type Args,
  asList,
  both,
  byPrimaryKey,
  given,
  isArgs,
  knownOf,
  MOST_ROWS,
  rowsOfWhere,
  rowsThrough,
} from './pins.ts'
import {
  type CacheSchema,
  fieldOf,
  generatedColumns,
  isRelation,
  isScalar,
  type ModelFacts,
  modelFacts,
  oppositeOf,
  type RelationFacts,
} from './schema-facts.ts'
import { ANY_ROW, type Known, type Rows } from './tags.ts'
import { Touches } from './touches.ts'

/** By model, the columns whose changes drop nothing. */
export type Volatile = ReadonlyMap<string, ReadonlySet<string>>

const UNKNOWN: Known = new Map()
const argsOf = (value: unknown): Args => (isArgs(value) ? value : {})

/**
 * What a write touches.
 *
 * @param args the arguments of `create`, `updateMany`, `upsert` or another write of `model`
 * @param result what it returned, with its key columns; undefined where it failed and may have written all the same
 * @param volatile the columns whose changes touch nothing, where an update makes no others
 */
export function touchesOfWrite(
  schema: CacheSchema,
  model: string,
  operation: string,
  args: unknown,
  result?: unknown,
  volatile: Volatile = new Map(),
): Touches {
  const writerOf = (changed: ReadonlySet<string>): Writer => {
    const writer = new Writer(schema, volatile, changed)
    writer.write(model, operation, argsOf(args), result)
    return writer
  }
  const { touches, nests } = writerOf(new Set())
  // What changes somewhere is known at the end, and matters to relations alone.
  return nests && touches.changed.size > 0 ? writerOf(touches.changed).touches : touches
}

class Writer {
  readonly touches: Touches
  /** Whether the data hold relations. */
  nests = false
  private readonly schema: CacheSchema
  private readonly volatile: Volatile
  private readonly changed: ReadonlySet<string>

  /** @param changed the columns that the whole write changes, somewhere: they say nothing of where a row's links lead */
  constructor(schema: CacheSchema, volatile: Volatile, changed: ReadonlySet<string>) {
    this.schema = schema
    this.volatile = volatile
    this.changed = changed
    this.touches = new Touches(schema)
  }

  write(model: string, operation: string, args: Args, result: unknown): void {
    const facts = modelFacts(this.schema, model)
    // The tables that a view shows are not known.
    if (facts.view) return this.touches.everything()
    const row = knownOf(facts, result)
    switch (operation) {
      case 'create':
        return this.created(model, args.data, row)
      case 'createMany':
        return this.createdMany(model, asList(args.data))
      case 'createManyAndReturn':
        return this.createdMany(model, Array.isArray(result) ? result : asList(args.data))
      case 'update':
        return this.updated(model, this.found(model, args), args.data, row)
      case 'updateMany':
      case 'updateManyAndReturn':
        return this.updated(model, this.where(model, args), args.data, UNKNOWN)
      case 'upsert':
        this.created(model, args.create, row)
        return this.updated(model, this.found(model, args), args.update, row)
      case 'delete':
        // With relations, Prisma reads a row and then deletes by `where`, which may lead to another one by then.
        return this.touches.deleted(
          model,
          result && !this.selectsRelations(facts, args) ? [row] : this.where(model, args),
        )
      case 'deleteMany':
        return this.touches.deleted(model, this.where(model, args))
      default:
        // A later Prisma's: it has written by now, so all goes rather than one entry too few.
        return this.touches.everything()
    }
  }

  /** Rows that one statement finds and writes. With a `limit` there are two. */
  private where(model: string, args: Args): Rows {
    return args.limit === undefined ? rowsOfWhere(this.schema, model, args.where) : this.found(model, args)
  }

  /** Rows that are found first, and then written by their primary key. */
  private found(model: string, { where }: Args): Rows {
    return byPrimaryKey(modelFacts(this.schema, model), rowsOfWhere(this.schema, model, where))
  }

  private selectsRelations(facts: ModelFacts, { select, include }: Args): boolean {
    return given(include ?? select).some(([name]) => !isScalar(fieldOf(facts, name)))
  }

  /** A new row with what hangs on it. `known` adds to what its data tell. */
  private created(model: string, data: unknown, known: Known): void {
    const row = new Map([...knownOf(modelFacts(this.schema, model), data), ...known])
    this.touches.created(model, [row])
    this.nested(model, data, row, true)
  }

  private createdMany(model: string, rows: readonly unknown[], known: Known = UNKNOWN): void {
    const facts = modelFacts(this.schema, model)
    const told = rows.length <= MOST_ROWS
    this.touches.created(
      model,
      told ? rows.map((row) => new Map([...knownOf(facts, row), ...known])) : [known],
    )
  }

  /** Rows that satisfy `before` and get `data`. `after` is what the result tells of them, where it is one row. */
  private updated(model: string, before: Rows, data: unknown, after: Known): void {
    if (this.onlyVolatile(model, data)) return
    const changed = this.changedColumns(model, data)
    const kept = new Map([...after].filter(([column]) => !changed.has(column)))
    const rows = before.map((known) => new Map([...known, ...kept]))
    this.touches.updated(model, rows, changed)
    // What hangs on a row is written by what it was when it was found, which the result does not show.
    const [row = UNKNOWN, ...more] = byPrimaryKey(modelFacts(this.schema, model), rows)
    this.nested(model, data, more.length === 0 ? row : UNKNOWN)
  }

  private onlyVolatile(model: string, data: unknown): boolean {
    const names = given(data).map(([name]) => name)
    const columns = [...names, ...generatedColumns(modelFacts(this.schema, model))]
    return names.length > 0 && columns.every((column) => this.volatile.get(model)?.has(column))
  }

  /**
   * The columns that an update's data may change: those it names, the foreign keys that its relations set, and what the
   * database works out from them.
   */
  private changedColumns(model: string, data: unknown): Set<string> {
    const facts = modelFacts(this.schema, model)
    return new Set(
      given(data)
        .flatMap(([name, value]): readonly string[] => {
          const field = fieldOf(facts, name)
          if (isScalar(field)) return [name]
          const relinks = given(value).some(([operation]) => operation !== 'update')
          return isRelation(field) && field.key && relinks ? field.key.from : []
        })
        .concat(generatedColumns(facts)),
    )
  }

  /** The relations in the data of a created or updated row. */
  private nested(model: string, data: unknown, known: Known, isNew = false): void {
    const facts = modelFacts(this.schema, model)
    const row = new Map([...known].filter(([column]) => !this.changed.has(`${model}.${column}`)))
    for (const [name, operations] of given(data)) {
      const relation = fieldOf(facts, name)
      if (!isRelation(relation)) continue
      this.nests = true
      const several = given(operations).length > 1
      for (const [operation, input] of given(operations)) {
        this.unlink(model, relation, operation, isNew)
        // `set` says what stays, so it changes rows that it does not name, also when it names none.
        for (const item of operation === 'set' ? [undefined] : asList(input)) {
          this.rejoin(model, name, relation, row, operation, item)
          // Of several operations on one foreign key, the result shows only the last one's.
          this.relate(relation, several && relation.key ? UNKNOWN : row, operation, item)
        }
      }
    }
  }

  private relate(relation: RelationFacts, row: Known, operation: string, item: unknown): void {
    const target = relation.model
    const { where, data, create, update } = argsOf(item)
    const beyond = rowsThrough(this.schema, relation, [row])
    // Those that there are already are found first: where the foreign key is the row's own, by what it was then.
    const rows = (filter?: unknown): Rows => {
      const found = rowsOfWhere(this.schema, target, filter)
      return byPrimaryKey(modelFacts(this.schema, target), relation.key ? found : both(beyond, found))
    }
    const [child = UNKNOWN] = beyond
    switch (operation) {
      case 'create':
        return this.created(target, item, child)
      case 'createMany':
        return this.createdMany(target, asList(data), child)
      case 'connectOrCreate':
        this.linked(relation, where)
        return this.created(target, create, relation.key ? UNKNOWN : child)
      case 'connect':
        return this.linked(relation, item)
      case 'set':
      case 'disconnect':
        return this.linked(relation)
      case 'delete':
      case 'deleteMany':
        return this.touches.deleted(target, rows(item))
      case 'update':
      case 'updateMany':
        if (data !== undefined) this.updated(target, rows(where), data, UNKNOWN)
        // To-one relations take the data as they are, too, and a column may be called `data`.
        if (data === undefined || fieldOf(modelFacts(this.schema, target), 'data'))
          this.updated(target, rows(), item, UNKNOWN)
        return
      case 'upsert':
        this.created(target, create, relation.key ? UNKNOWN : child)
        return this.updated(target, rows(where), update, UNKNOWN)
      default:
        return this.touches.everything()
    }
  }

  /** Rows at the far end that are linked or unlinked: they change only if the foreign key is theirs. */
  private linked(relation: RelationFacts, where?: unknown): void {
    const { key } = oppositeOf(this.schema, relation)
    if (!key) return
    const rows = rowsOfWhere(this.schema, relation.model, where)
    const facts = modelFacts(this.schema, relation.model)
    this.touches.updated(relation.model, byPrimaryKey(facts, rows), new Set(key.from))
  }

  /** In a one-to-one relation a new link takes an old one away, from a row that nobody names. */
  private unlink(model: string, relation: RelationFacts, operation: string, isNew: boolean): void {
    const opposite = oppositeOf(this.schema, relation)
    if (relation.list || opposite.list || operation === 'update') return
    // A row that is new has no link.
    if (relation.key && operation !== 'create')
      this.touches.updated(model, ANY_ROW, new Set(relation.key.from))
    if (opposite.key && !isNew) this.touches.updated(relation.model, ANY_ROW, new Set(opposite.key.from))
  }

  /** The rows of a join table that come or go. */
  private rejoin(
    model: string,
    name: string,
    relation: RelationFacts,
    row: Known,
    operation: string,
    item: unknown,
  ): void {
    const { join } = relation
    const far = oppositeOf(this.schema, relation).join
    if (!join || !far || operation === 'update' || operation === 'updateMany') return
    const named = operation === 'connect' || operation === 'disconnect' || operation === 'delete'
    for (const known of rowsOfWhere(this.schema, relation.model, named ? item : undefined))
      this.touches.join(model, name, relation, row.get(join.id), known.get(far.id))
  }
}
