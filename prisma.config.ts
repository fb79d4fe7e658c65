import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'

if (existsSync('.env')) process.loadEnvFile()

/** Prisma keeps the native schema engine beside this package, where its download was allowed and worked. */
function hasNativeEngine(): boolean {
  const require = createRequire(createRequire(import.meta.url).resolve('prisma/package.json'))
  const folder = dirname(require.resolve('@prisma/engines/package.json'))
  return readdirSync(folder).some((file) => file.startsWith('schema-engine-'))
}

if (!hasNativeEngine())
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(
    new URL('prisma/engine/schema-engine.mjs', import.meta.url),
  )

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'tsx prisma/seed.ts' },
  // Not `env('DATABASE_URL')`, without which even `prisma generate` would fail.
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
