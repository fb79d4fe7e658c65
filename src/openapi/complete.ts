import { STATUS_CODES } from 'node:http'
import { EVERYWHERE, type HeaderObject, LOCATION, OF_GUARDED, OF_PAGES, OF_WRITES } from './headers.ts'
import { nameSchemas } from './named-schemas.ts'
import { nameOfProblems, problemResponses } from './problem-responses.ts'

/** What a route is, which decides what it answers beside what it says itself. */
export type RouteKind = 'page' | 'write' | 'guarded' | 'other'

/** Where a route's operation says so, until the document is complete. */
export const KIND = 'x-kind'

interface Response {
  description?: string
  headers?: Readonly<Record<string, HeaderObject>>
}

interface Parameter {
  required?: boolean
  readonly schema?: { readonly default?: unknown }
}

interface Operation {
  [KIND]?: RouteKind
  parameters?: (Parameter | { readonly $ref: string })[]
  responses: Record<string, Response | { readonly $ref: string }>
}

export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> }
}

/** The statuses of the problems that any route answers with, and of those that only some do. */
const ANY = [400, 408, 415, 431, 500, 503]
const OF_KIND = { page: [], write: [401, 413, 429], guarded: [401], other: [] }

/** What @fastify/swagger says of a response of which nothing is said. */
const UNDESCRIBED = 'Default Response'

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
  example,
})

/** The headers that any page takes, by their names among the components. */
const OF_ANY_PAGE = {
  IfNoneMatch: header(
    'If-None-Match',
    'The ETags of the answers that the client has: where one of them holds, it gets a 304',
    '"Zk9Yx1cBv0Q3"',
  ),
  AcceptEncoding: header(
    'Accept-Encoding',
    'How the answer may be compressed: `br` and `gzip` are known',
    'br, gzip',
  ),
}

/**
 * The rest of an OpenAPI document: what all routes of a kind answer, and names for the schemas that have a title.
 *
 * @param described is changed
 */
export function complete(described: Described): object {
  for (const operations of Object.values(described.paths)) Object.values(operations).forEach(completeOne)
  const named = new Map<string, unknown>()
  const paths = nameSchemas(described.paths, named)
  return {
    paths,
    components: {
      ...described.components,
      schemas: { ...described.components?.schemas, ...Object.fromEntries(named) },
      parameters: OF_ANY_PAGE,
      responses: problemResponses,
    },
  }
}

function completeOne(operation: Operation): void {
  const { [KIND]: kind, responses } = operation
  const headers = {
    ...EVERYWHERE,
    ...(kind === 'page' && OF_PAGES),
    ...(kind === 'write' && OF_WRITES),
    ...(kind === 'guarded' && OF_GUARDED),
  }
  delete operation[KIND]
  // To its handler it is always there.
  for (const parameter of operation.parameters ?? [])
    if ('schema' in parameter && parameter.schema?.default !== undefined) parameter.required = false
  if (kind === 'page') {
    const common = Object.keys(OF_ANY_PAGE).map((name) => ({
      $ref: `#/components/parameters/${name}`,
    }))
    operation.parameters = [...(operation.parameters ?? []), ...common]
    responses[304] = { description: 'The client has it already' }
  }
  for (const [status, response] of Object.entries(responses))
    if ('description' in response) {
      response.headers = { ...headers, ...(status === '201' && { Location: LOCATION }) }
      if (response.description === UNDESCRIBED) response.description = STATUS_CODES[status] ?? ''
    }
  const own = Object.keys(responses).filter((status) => Number(status) >= 400)
  for (const status of [...own, ...ANY, ...OF_KIND[kind ?? 'other']])
    responses[status] = { $ref: `#/components/responses/${nameOfProblems(status)}` }
}
