import { type Args, given, isArgs } from './pins.ts'

/**
 * What is asked of a result, `{ select }` or `{ include }`, from the arguments of a read: of those of an aggregation,
 * the parts that select.
 *
 * @param dataPath the path of a fluent call, whose result is what lies at its end
 */
export function askedOf(operation: string, args: unknown, dataPath: readonly string[]): unknown {
  if (operation !== 'aggregate' && operation !== 'groupBy')
    return dataPath.reduce((at, step) => (isArgs(at) ? at[step] : undefined), args)
  const parts = given(args).filter(([name]) => name.startsWith('_'))
  return { select: Object.fromEntries(parts.map(([name, columns]) => [name, { select: columns }])) }
}

/**
 * The names of a result's properties in the order in which Prisma gives them: as they were selected, or all columns and
 * then what was included. One entry answers queries that differ in nothing else.
 */
export function namesInOrder(row: Args, asked: unknown): string[] {
  const names = Object.keys(row)
  if (!isArgs(asked)) return names
  const { select, include } = asked
  if (isArgs(select))
    return [...new Set([...Object.keys(select).filter((name) => Object.hasOwn(row, name)), ...names])]
  if (!isArgs(include)) return names
  const included = Object.keys(include).filter((name) => Object.hasOwn(row, name))
  return [...names.filter((name) => !included.includes(name)), ...included]
}

/** What is asked of the part of a result that a property leads to. */
export function askedBeyond(asked: unknown, name: string): unknown {
  if (!isArgs(asked)) return undefined
  const tree = isArgs(asked.select) ? asked.select : asked.include
  return isArgs(tree) ? tree[name] : undefined
}
