import { createInterface } from 'node:readline'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'

interface EngineError {
  readonly message: string
  /** One of Prisma's codes: `P1001`. */
  readonly error_code?: string
}

/** What an error says, in the terms of Prisma's CLI. */
export function engineError(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error)
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
  return { message, ...(typeof code === 'string' && { error_code: code }) }
}

const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

/** Answers JSON-RPC requests, one a line, by calling the method of that name of the engine; until stdin ends. */
export async function serve(engine: SchemaEngine): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line)
    // The CLI answers what it is asked to print; there is nothing to do about that.
    if (method !== undefined) send({ id, ...(await call(engine, method, params)) })
  }
}

async function call(engine: SchemaEngine, name: string, params: unknown): Promise<object> {
  try {
    const method: unknown = Reflect.get(engine, name)
    if (typeof method !== 'function') throw new Error(`the schema engine has no method ${name}`)
    const result: unknown = (await Reflect.apply(method, engine, [params])) ?? null
    const text: unknown =
      typeof result === 'object' && result !== null ? Reflect.get(result, 'stdout') : undefined
    // The native engine has the CLI print what it found, the one for JavaScript returns it.
    if (typeof text === 'string') send({ id: 0, method: 'print', params: { content: text } })
    return { result }
  } catch (error) {
    const data = { is_panic: false, ...engineError(error) }
    return { error: { code: 4466, message: data.message, data } }
  }
}
