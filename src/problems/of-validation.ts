import type { FastifyError, FastifySchemaValidationError } from 'fastify'
import { type FieldError, invalid, type ProblemError } from './problem.ts'

/** So many are named; a client with more has something else to mend. */
const MOST_ERRORS = 20

const WHOLE = { body: 'the body', querystring: 'the query', params: 'the path', headers: 'the headers' }

/** The problem with a request that a schema refused; undefined for an error of another kind. */
export function ofValidation({ validation, validationContext }: FastifyError): ProblemError | undefined {
  if (!validation) return undefined
  const unknown = validationContext === 'querystring' ? 'is not a known parameter' : 'is not a known property'
  return invalid(
    ...validation.slice(0, MOST_ERRORS).map((error): FieldError => {
      const { field, message } = inWords(error, unknown)
      return { field: field || WHOLE[validationContext ?? 'body'], message }
    }),
  )
}

function inWords(error: FastifySchemaValidationError, unknown: string): FieldError {
  const { keyword, params, instancePath, message = 'is not valid' } = error
  const within = (property: unknown) => fieldOf(`${instancePath}/${property}`)
  const field = fieldOf(instancePath)
  if (keyword === 'additionalProperties')
    return { field: within(params.additionalProperty), message: unknown }
  if (keyword === 'required') return { field: within(params.missingProperty), message: 'is required' }
  if (keyword === 'minProperties') return { field, message: 'must change something' }
  if (keyword === 'enum')
    return { field, message: `must be one of ${String(params.allowedValues).replaceAll(',', ', ')}` }
  if (keyword === 'type') return { field, message: `must be ${String(params.type).replaceAll(',', ' or ')}` }
  if (keyword === 'uniqueItems') return { field, message: 'must not name the same one twice' }
  const described = keyword === 'pattern' || keyword === 'format' || keyword === 'multipleOf'
  return { field, message: described ? `must be ${describe(error)}` : message.replace('NOT', 'not') }
}

/** `/authorIds/2` is `authorIds[2]`. */
const fieldOf = (path: string): string =>
  path
    .slice(1)
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')

/** What the schema says that the value must be: Ajv hands it on under its option `verbose`. */
function describe(error: FastifySchemaValidationError): string {
  const schema: unknown = Reflect.get(error, 'parentSchema')
  const description: unknown = typeof schema === 'object' && schema ? Reflect.get(schema, 'description') : ''
  return typeof description === 'string' ? description : 'of another form'
}
