import type { Database } from '../database.ts'

export type Transaction = Parameters<Parameters<Database['$transaction']>[0]>[0]

/** Any number would do. */
const LOCK = 7_340_151

/**
 * Lets only one transaction at a time past, until it ends: names of authors are not unique, so two that look for one and
 * do not find it would both add it.
 */
export async function lockAuthors(transaction: Transaction): Promise<void> {
  await transaction.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(${LOCK})`
}

/** The ids of the authors of exactly these names, of namesakes the first; adds those that are not there. */
export async function findOrAddAuthors(
  { author }: Transaction,
  names: readonly string[],
): Promise<Map<string, number>> {
  const distinct = [...new Set(names)]
  const found = await author.findMany({ where: { name: { in: distinct } }, orderBy: { id: 'desc' } })
  const ids = new Map(found.map(({ id, name }) => [name, id]))
  const missing = distinct.filter((name) => !ids.has(name))
  if (missing.length === 0) return ids
  const added = await author.createManyAndReturn({ data: missing.map((name) => ({ name })) })
  for (const { id, name } of added) ids.set(name, id)
  return ids
}
