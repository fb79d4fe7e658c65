import { Ajv, type Options } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'

const COMMON: Options = {
  allErrors: true,
  removeAdditional: false,
  useDefaults: true,
  verbose: true,
  strict: false,
  // 4.01 is a multiple of 0.01, though not in binary.
  multipleOfPrecision: 10,
}

function createAjv(options: Options): Ajv {
  const ajv = new Ajv({ ...COMMON, ...options })
  formats.default(ajv)
  return ajv
}

/**
 * Compiles the schemas of requests. A body is taken as it is: nothing in it is made to fit or left out. What comes in
 * a path or a query is text, and becomes the number that the schema asks for.
 */
export function createValidator(): FastifySchemaCompiler<object> {
  const strict = createAjv({ coerceTypes: false })
  const coercing = createAjv({ coerceTypes: true })
  return ({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema)
}
