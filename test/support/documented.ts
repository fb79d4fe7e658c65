import { subscribe } from 'node:diagnostics_channel'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What HTTP, browsers' guards, proxies and CORS are told: it is no part of the API's document. */
const UNDOCUMENTED =
  /^(connection|keep-alive|date|transfer-encoding|content-(type|length|security-policy)|strict-transport-security|referrer-policy|origin-agent-cluster|cross-origin-.*|x-(accel-buffering|content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection)|access-control-.*)$/

/** What undoes the coding of a body, by its name. */
const DECODERS = new Map([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])

interface Header {
  readonly required?: boolean
  readonly schema: AnySchemaObject
}

interface Response {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, Header>>
  readonly content?: Readonly<Record<string, { readonly schema: AnySchemaObject }>>
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Record<string, Response> }>>>
  >
  readonly components: { readonly responses: Readonly<Record<string, Response>> }
}

/** Looks whether what an app answers is what its OpenAPI document says. */
class Documented {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true })
  private readonly document: Document

  constructor(document: object) {
    this.document = JSON.parse(JSON.stringify(document))
    formats.default(this.ajv)
    this.ajv.addSchema(this.document, 'api')
  }

  /** What is wrong with an answer; undefined where nothing is. */
  complaint({ routeOptions, is404, method }: FastifyRequest, reply: FastifyReply, body: Buffer) {
    const status = reply.statusCode
    const path = String(routeOptions.url).replaceAll(/:(\w+)/g, '{$1}')
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
    // Of a path that there is not, no operation tells.
    const responses = is404 ? undefined : this.document.paths[path]?.[verb]?.responses
    if (!responses && !is404) return 'the route is not documented'
    const response = this.resolved(responses ? responses[status] : { $ref: `/Problem${status}` })
    if (!response) return `the status ${status} is not documented`
    return (
      this.ofHeaders(response.headers ?? {}, reply.getHeaders()) ??
      (method === 'HEAD' ? undefined : this.ofBody(response.content, reply, body))
    )
  }

  private resolved(response: Response | undefined): Response | undefined {
    const name = response?.$ref?.split('/').at(-1)
    return name === undefined ? response : this.document.components.responses[name]
  }

  private ofHeaders(
    documented: Readonly<Record<string, Header>>,
    given: ReturnType<FastifyReply['getHeaders']>,
  ) {
    const names = new Map(Object.keys(documented).map((name) => [name.toLowerCase(), name]))
    for (const [name, { required, schema }] of Object.entries(documented)) {
      const value = given[name.toLowerCase()]
      if (value === undefined && required) return `the header ${name} is missing`
      const read = schema.type === 'integer' ? Number(value) : String(value)
      if (value !== undefined && !this.ajv.validate(schema, read))
        return `the header ${name}: ${value} ${this.ajv.errorsText()}`
    }
    const odd = Object.keys(given).find((name) => !names.has(name) && !UNDOCUMENTED.test(name))
    return odd && `the header ${odd} is not documented`
  }

  private ofBody(content: Response['content'], reply: FastifyReply, body: Buffer): string | undefined {
    if (!content) return body.length === 0 ? undefined : 'a body is not documented'
    const type = String(reply.getHeader('content-type')).split(';')[0] ?? ''
    const media = content[type]
    if (!media) return `the type ${type} is not documented`
    const decode = DECODERS.get(String(reply.getHeader('content-encoding')))
    const text = (decode ? decode(body) : body).toString()
    const validate = this.validator(media.schema)
    try {
      if (validate(type.endsWith('json') ? JSON.parse(text) : text)) return undefined
    } catch (error) {
      return `the body ${text.slice(0, 300)}: ${error}`
    }
    return `the body ${text.slice(0, 300)}: ${this.ajv.errorsText(validate.errors)}`
  }

  private readonly validators = new Map<AnySchemaObject, ReturnType<Ajv2020['compile']>>()
  private validator(schema: AnySchemaObject) {
    const known = this.validators.get(schema)
    if (known) return known
    const own = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/'))
    const made = this.ajv.compile(own)
    this.validators.set(schema, made)
    return made
  }
}

/**
 * Compares every answer of every service that this process makes from now on with its OpenAPI document.
 *
 * @param report is told of each that is not in it
 */
export function compareAnswers(report: (complaint: string) => void): void {
  subscribe('fastify.initialization', (message) => {
    if (isMade(message)) compare(message.fastify, report)
  })
}

function isMade(message: unknown): message is { fastify: FastifyInstance } {
  return typeof message === 'object' && message !== null && 'fastify' in message
}

function compare(app: FastifyInstance, report: (complaint: string) => void): void {
  let documented: Documented | undefined
  const sentFor = new WeakMap<FastifyRequest, Buffer[]>()
  app.addHook('onRequest', (request, reply, done) => {
    const sent: Buffer[] = []
    const end = reply.raw.end.bind(reply.raw)
    reply.raw.end = (...args: unknown[]) => {
      if (typeof args[0] === 'string' || Buffer.isBuffer(args[0])) sent.push(Buffer.from(args[0]))
      return Reflect.apply(end, reply.raw, args)
    }
    sentFor.set(request, sent)
    done()
  })
  app.addHook('onResponse', async (request, reply) => {
    const hidden = request.routeOptions.schema?.hide === true
    // A helper app has no document, and a client that has gone got no answer.
    if (!app.hasDecorator('swagger') || hidden || !reply.raw.writableEnded) return
    documented ??= new Documented(app.swagger())
    const complaint = documented.complaint(request, reply, Buffer.concat(sentFor.get(request) ?? []))
    if (complaint)
      report(`not in the API's document: ${request.method} ${request.url} ${reply.statusCode}: ${complaint}`)
  })
}
