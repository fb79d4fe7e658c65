import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Container } from 'kubernetes-types/core/v1.js'
import t from 'tap'
import { parse } from 'yaml'
import { freePort } from '../scripts/services/ports.ts'
import { createBareDatabase } from './support/database.ts'
import { containers } from './support/kubernetes.ts'
import { connectRedis, createNamespace, redisUrl, startRedis } from './support/redis.ts'

const root = join(import.meta.dirname, '..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const compose = parse(read('compose.yaml'), { merge: true })
const dockerfile = read('Dockerfile')
const { PATH = '', HOME = '' } = process.env
/** All that its commands may write to. */
const home = await mkdtemp(join(tmpdir(), 'hotshelf-home-'))
t.teardown(() => rm(home, { recursive: true }))
const env = {
  PATH,
  HOME: home,
  TMPDIR: home,
  DATABASE_URL: await createBareDatabase(t),
  REDIS_URL: redisUrl(),
  CACHE_NAMESPACE: createNamespace(),
  API_TOKEN: 'token',
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
}

/** The folder that the image is built in, and has at its end. */
const image = await mkdtemp(join(tmpdir(), 'hotshelf-image-'))
t.teardown(() => rm(image, { recursive: true }))

/** Runs a command to its end. */
function run([program = '', ...args]: string[], variables: Record<string, string> = env) {
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(program, args, { cwd: image, env: variables }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, said: `${stdout}${stderr}` }),
    )
  })
}

/** What is in the image's folder, and when each was last written. */
async function written(): Promise<string[]> {
  const files = await readdir(image, { recursive: true })
  return Promise.all(files.map(async (file) => `${file} ${(await stat(join(image, file))).mtimeMs}`))
}

/** A command of the Dockerfile, as it is in its JSON form. */
const command = (pattern: RegExp): string[] => JSON.parse(pattern.exec(dockerfile)?.[1] ?? '[]')

t.test('what the Dockerfile copies and runs is all that its image needs', async (t) => {
  const [build = ''] = dockerfile.split(/^FROM /m).slice(1)
  for (const [, step, text = ''] of build.matchAll(/^(COPY|RUN) (.*)$/gm)) {
    const words = text.split(' ')
    const to = words.at(-1) ?? ''
    if (step === 'COPY')
      for (const from of words.slice(0, -1))
        await cp(join(root, from), join(image, to.endsWith('/') ? join(to, from) : to), {
          recursive: true,
          filter: (source) => source !== join(root, 'src/generated'),
        })
    else {
      const { code, said } = await run(['sh', '-c', text], { PATH, HOME, npm_config_prefer_offline: 'true' })
      t.equal(code, 0, said)
    }
  }
  const ignored = read('.dockerignore').split('\n')
  for (const name of ['node_modules', 'src/generated', '.env']) t.ok(ignored.includes(name), name)
  t.match(dockerfile, /^USER node$/m)
})

t.test('the composition migrates, warms and serves, each after the other', async (t) => {
  const { migrate, warm, api } = compose.services
  t.same(warm.depends_on.migrate, { condition: 'service_completed_successfully' })
  t.same(api.depends_on.warm, { condition: 'service_completed_successfully' })
  const redis = connectRedis(t, (await startRedis(t, undefined, compose.services.redis.command.slice(1))).url)
  await redis.connect()
  t.same(await redis.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'allkeys-lru'])
  t.ok(
    Object.keys(migrate.environment).every((name) => name in env),
    'what it sets is what is tried here',
  )

  const before = await written()
  const migrated = await run(migrate.command)
  t.equal(migrated.code, 0, migrated.said)
  const warmed = await run(warm.command)
  t.equal(warmed.code, 0, warmed.said)
  t.match(warmed.said, /stored \d+ pages/)

  const [program = '', ...args] = command(/^CMD (\[.*\])$/m)
  const PORT = String(await freePort())
  const server = spawn(program, args, { cwd: image, env: { ...env, PORT } })
  t.teardown(() => server.kill('SIGKILL'))
  for await (const chunk of server.stdout) if (String(chunk).includes('Server listening')) break
  const books = await fetch(`http://127.0.0.1:${PORT}/books`)
  t.equal(books.headers.get('cache-status'), 'hotshelf; hit')

  const [checker = '', ...check] = command(/^HEALTHCHECK .* CMD (\[.*\])$/m)
  const health = spawn(checker, check, { env: { ...env, PORT } })
  t.same(await once(health, 'exit'), [0, null])
  server.kill('SIGTERM')
  t.same(await once(server, 'exit'), [0, null])
  t.same(await written(), before, 'its root may be read-only')
  const sick = spawn(checker, check, { env: { ...env, PORT } })
  t.same(await once(sick, 'exit'), [1, null])
})

t.test('no other command is given to the image, by the composition or on Kubernetes', (t) => {
  const { migrate, warm, ...others } = compose.services
  const tried = [migrate.command, warm.command, undefined].map(String)
  const composed: Container[] = Object.entries<Omit<Container, 'name'>>(others).map(([name, own]) => ({
    name,
    ...own,
  }))
  const ours = [...composed, ...containers].filter(({ image }) => image === 'hotshelf')
  t.same(ours.map(({ name }) => name).sort(), ['api', 'api', 'migrate', 'warm'])
  for (const { name, command, args } of ours) {
    t.ok(tried.includes(String(command)), `${name}: ${command}`)
    t.notOk(args, name)
  }
  t.end()
})
