import { readFile } from 'node:fs/promises'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { createAdapterFactory } from './adapter.ts'

// Node.js has it, its types have not.
declare const WebAssembly: {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

/**
 * The schema engine as WebAssembly, over a database that it connects to when it must.
 *
 * @param url of the database
 * @param files of the Prisma schema
 */
export async function createEngine(url: string, files: readonly string[]): Promise<SchemaEngine> {
  // Where the engine says why it panics; without it, it would die of the lack.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (why: string) => console.error(why) },
  })
  const wasm = await readFile(
    new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')),
  )
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': { ...bindings } })
  bindings.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  const datamodels = await Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'utf8')]),
  )
  // Some commands name no file, while the engine wants to know its provider from one.
  if (datamodels.length === 0)
    datamodels.push(['schema.prisma', 'datasource db {\n  provider = "postgresql"\n}'])
  const adapter = bindMigrationAwareSqlAdapterFactory(createAdapterFactory(url))
  return bindings.SchemaEngine.new({ datamodels }, () => {}, adapter)
}
