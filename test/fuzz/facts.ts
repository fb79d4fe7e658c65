import fc from 'fast-check'
import {
  isScalar,
  modelFacts,
  type RelationFacts,
  relationsOf as relationsIn,
} from '../../src/cache/schema-facts.ts'
import { schema } from '../support/garden.ts'

/** The models that random reads and writes are made of. */
export const MODELS = [
  'Person',
  'Profile',
  'Badge',
  'Club',
  'Plant',
  'Bed',
  'Kind',
  'Label',
  'Labelling',
  'Visit',
]

/** By model, its uniques as `where` takes them. The first is the primary key. */
const UNIQUES: Record<string, readonly (readonly string[] | { compound: string; of: readonly string[] })[]> =
  {
    Person: [['id'], ['email']],
    Profile: [['id'], ['personId']],
    Badge: [['id'], ['holderId']],
    Club: [['id']],
    Plant: [['id'], { compound: 'growerId_name', of: ['growerId', 'name'] }],
    Bed: [{ compound: 'row_col', of: ['row', 'col'] }],
    Kind: [['id'], ['code']],
    Label: [['id']],
    Labelling: [{ compound: 'pair', of: ['plantId', 'labelId'] }],
    Visit: [['id']],
  }

/** Columns that may be null or have a default. */
const OPTIONAL = new Set([
  'Person.email',
  'Person.mentorId',
  'Badge.holderId',
  'Plant.watererId',
  'Plant.row',
  'Plant.col',
  'Plant.kindId',
  'Label.kindCode',
  'Labelling.weight',
  'Visit.note',
])
const DEFAULTED = new Set(['Plant.kindId', 'Labelling.weight'])

export const isOptional = (model: string, column: string): boolean => OPTIONAL.has(`${model}.${column}`)
export const isNullable = (model: string, column: string): boolean =>
  isOptional(model, column) && !DEFAULTED.has(`${model}.${column}`)

/** The type of a column; empty for a relation. */
function typeOf(model: string, name: string): string {
  const field = modelFacts(schema, model).fields[name]
  return isScalar(field) ? field.type : ''
}

export const columnsOf = (model: string): string[] =>
  Object.keys(modelFacts(schema, model).fields).filter((name) => typeOf(model, name) !== '')

export const numbersOf = (model: string): string[] =>
  columnsOf(model).filter((name) => typeOf(model, name) === 'Int')

export const relationsOf = (model: string): readonly (readonly [string, RelationFacts])[] =>
  relationsIn(modelFacts(schema, model))

export const relationOf = (model: string, name: string | undefined): RelationFacts | undefined =>
  relationsOf(model).find(([relation]) => relation === name)?.[1]

/** Columns by which rows are told apart or linked. */
export const keyColumnsOf = (model: string): string[] => keysOf(model).flat()

const keysOf = (model: string) => modelFacts(schema, model).keys

/** Values for the columns of a key column set: a primary key, a unique or a foreign key. */
export const rowSetOf = (model: string): fc.Arbitrary<object> =>
  fc.oneof(
    ...keysOf(model).map((columns) =>
      fc.record(Object.fromEntries(columns.map((column) => [column, columnValue(model, column)]))),
    ),
  )

/** Some values of each key column set of a model, by those of the rows that there are at first. */
export const rowSetsOf = (model: string): object[] =>
  keysOf(model).flatMap((columns) =>
    [
      [1, 1],
      [1, 2],
      [2, 1],
      [3, 3],
    ].map((numbers) =>
      Object.fromEntries(
        columns.map((column, index) => [column, valueOfNumber(model, column, numbers[index] ?? 1)]),
      ),
    ),
  )

function valueOfNumber(model: string, column: string, number: number): unknown {
  const type = typeOf(model, column)
  if (type === 'Int') return number
  return type === 'BigInt' ? BigInt(number) : 'abc'.charAt(number - 1)
}

const MOMENTS = [1, 2, 3].map((second) => new Date(second * 1000))

/** One of so few values that rows meet. */
export function columnValue(model: string, column: string): fc.Arbitrary<unknown> {
  const type = typeOf(model, column)
  // Most rows that are looked for are there, and a few are not.
  const id = fc.constantFrom(1, 1, 2, 2, 3, 3, 4)
  if (type === 'Int') return id
  if (type === 'BigInt') return id.map(BigInt)
  if (type === 'DateTime') return fc.constantFrom(...MOMENTS)
  return fc.constantFrom('a', 'b', 'c')
}

/** A value for a row's column: null too, where that may be. */
export const storedOf = (model: string, column: string): fc.Arbitrary<unknown> =>
  isNullable(model, column)
    ? fc.option(columnValue(model, column), { nil: null, freq: 4 })
    : columnValue(model, column)

/** The uniques of one column, on which a `where` that names a row takes no condition beside them. */
export const uniqueColumnsOf = (model: string): string[] =>
  (UNIQUES[model] ?? []).flatMap((unique) => ('of' in unique ? [] : unique))

/** What names one row, by its primary key or by any of its uniques. */
export function uniqueWhere(model: string, primary = false): fc.Arbitrary<object> {
  const uniques = UNIQUES[model] ?? []
  return fc.oneof(
    ...(primary ? uniques.slice(0, 1) : uniques).map((unique) => {
      const columns = 'of' in unique ? unique.of : unique
      const values = fc.record(
        Object.fromEntries(columns.map((column) => [column, columnValue(model, column)])),
      )
      return 'of' in unique ? values.map((value) => ({ [unique.compound]: value })) : values
    }),
  )
}

/** An order without ties, so that two databases' answers cannot differ in it. */
export const totalOrder = (model: string): Record<string, 'asc'>[] => {
  const [primary] = UNIQUES[model] ?? []
  const columns = primary && 'of' in primary ? primary.of : (primary ?? [])
  return columns.map((column) => ({ [column]: 'asc' }))
}

/** An object with some of these properties, but at most so many. */
export const some = (
  arbitraries: Record<string, fc.Arbitrary<unknown>>,
  most = Object.keys(arbitraries).length,
): fc.Arbitrary<object> =>
  fc
    .subarray(Object.keys(arbitraries), { maxLength: Math.min(most, Object.keys(arbitraries).length) })
    .chain((names) =>
      fc.record(Object.fromEntries(names.map((name) => [name, arbitraries[name] ?? fc.constant(null)]))),
    )

/** Made when it is needed: what nests is more than can be made at once. */
export const lazily = <T>(make: () => fc.Arbitrary<T>): fc.Arbitrary<T> => fc.constant(null).chain(make)

/** An object with one of these properties. */
export const one = (arbitraries: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc.oneof(...Object.entries(arbitraries).map(([name, value]) => value.map((given) => ({ [name]: given }))))
