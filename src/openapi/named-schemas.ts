/** Where a schema holds data, which may look like a schema. */
const DATA = new Set(['default', 'enum', 'const', 'example', 'examples'])

/**
 * Copies a part of a document, with a reference in the place of each schema that has a title.
 *
 * @param named gets those schemas, by their titles
 */
export function nameSchemas(part: unknown, named: Map<string, unknown>): unknown {
  if (Array.isArray(part)) return part.map((one) => nameSchemas(one, named))
  if (typeof part !== 'object' || part === null) return part
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, DATA.has(key) ? value : nameSchemas(value, named)]),
  )
  const { title, ...schema } = copy
  // A property of that name is a schema itself.
  if (typeof title !== 'string') return copy
  named.set(title, schema)
  return { $ref: `#/components/schemas/${title}` }
}
