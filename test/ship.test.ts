import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { freePort } from '../scripts/services/ports.ts'
import { createDatabase } from './support/database.ts'
import { createNamespace, redisUrl } from './support/redis.ts'

const root = join(import.meta.dirname, '..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const compose = parse(read('compose.yaml'), { merge: true })
const dockerfile = read('Dockerfile')
const env = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  DATABASE_URL: await createDatabase(t),
  REDIS_URL: redisUrl(),
  CACHE_NAMESPACE: createNamespace(),
  API_TOKEN: 'token',
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
}

/** Runs a command of the composition as its container would. */
function run([program = '', ...args]: string[]) {
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(program, args, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, said: `${stdout}${stderr}` }),
    )
  })
}

/** A command of the Dockerfile, as it is in its JSON form. */
const command = (pattern: RegExp): string[] => JSON.parse(pattern.exec(dockerfile)?.[1] ?? '[]')

t.test('the composition migrates, warms and serves, each after the other', async (t) => {
  const { migrate, warm, api } = compose.services
  t.same(warm.depends_on.migrate, { condition: 'service_completed_successfully' })
  t.same(api.depends_on.warm, { condition: 'service_completed_successfully' })
  t.match(compose.services.redis.command.join(' '), '--maxmemory-policy allkeys-lru')
  t.ok(
    Object.keys(migrate.environment).every((name) => name in env),
    'what it sets is what is tried here',
  )

  const migrated = await run(migrate.command)
  t.equal(migrated.code, 0, migrated.said)
  const warmed = await run(warm.command)
  t.equal(warmed.code, 0, warmed.said)
  t.match(warmed.said, /stored \d+ pages/)

  const [program = '', ...args] = command(/^CMD (\[.*\])$/m)
  const PORT = String(await freePort())
  const server = spawn(program, args, { cwd: root, env: { ...env, PORT } })
  t.teardown(() => server.kill('SIGKILL'))
  for await (const chunk of server.stdout) if (String(chunk).includes('Server listening')) break
  const books = await fetch(`http://127.0.0.1:${PORT}/books`)
  t.equal(books.headers.get('cache-status'), 'hotshelf; hit')

  const [checker = '', ...check] = command(/^HEALTHCHECK .* CMD (\[.*\])$/m)
  const health = spawn(checker, check, { env: { ...env, PORT } })
  t.same(await once(health, 'exit'), [0, null])
  server.kill('SIGTERM')
  t.same(await once(server, 'exit'), [0, null])
  const sick = spawn(checker, check, { env: { ...env, PORT } })
  t.same(await once(sick, 'exit'), [1, null])
})

t.test('the image holds what its commands need, and runs as nobody special', async (t) => {
  const { dependencies } = createRequire(import.meta.url)('../package.json')
  for (const name of ['prisma', 'tsx', 'fastify', '@prisma/schema-engine-wasm', 'cli-progress', 'pg'])
    t.ok(dependencies[name], name)
  t.match(dockerfile, /^RUN npm ci --omit=dev$/m)
  t.match(dockerfile, /^USER node$/m)
})
