import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { createDatabase } from '../support/database.ts'

const root = resolve(import.meta.dirname, '../..')

/** Runs Prisma's CLI, the project's own if it has one, as its user would. Never rejects. */
function prisma(cwd: string, env: Record<string, string>, ...args: string[]) {
  const { DATABASE_URL: _, ...clean } = process.env
  return new Promise<{ code: number; said: string }>((done) => {
    execFile(
      process.execPath,
      [createRequire(join(cwd, 'package.json')).resolve('prisma/build/index.js'), ...args],
      { cwd, env: { ...clean, ...env } },
      (error, stdout, stderr) => {
        done({ code: error ? 1 : 0, said: `${stdout}${stderr}` })
      },
    )
  })
}

/** A copy of what the CLI looks at, to be changed. */
async function project(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-prisma-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['prisma', 'prisma.config.ts', 'package.json', 'tsconfig.json'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  await mkdir(join(folder, 'src'))
  await cp(join(root, 'src/cache'), join(folder, 'src/cache'), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

const folder = await project()
const url = new URL(await createDatabase(t))
const DATABASE_URL = url.href

t.test('generate needs no database, and writes the client and the map of schema facts', async (t) => {
  const { code, said } = await prisma(folder, {}, 'generate')
  t.equal(code, 0, said)
  t.match(await readFile(join(folder, 'src/generated/cache-schema.ts'), 'utf8'), 'export const schema')
  t.ok((await readdir(join(folder, 'src/generated/prisma'))).includes('client.ts'))
})

t.test('deploy and status find the database up to date', async (t) => {
  t.match((await prisma(folder, { DATABASE_URL }, 'migrate', 'deploy')).said, 'No pending migrations')
  t.match((await prisma(folder, { DATABASE_URL }, 'migrate', 'status')).said, 'up to date')
})

t.test('dev sees no drift, and makes a migration of a changed schema', async (t) => {
  t.match((await prisma(folder, { DATABASE_URL }, 'migrate', 'dev')).said, 'Already in sync')
  const schema = join(folder, 'prisma/schema.prisma')
  await writeFile(
    schema,
    (await readFile(schema, 'utf8')).replace('model Author {', 'model Author {\n  born Int?'),
  )
  t.equal((await prisma(folder, { DATABASE_URL }, 'migrate', 'dev', '--name', 'born')).code, 0)
  const [name = ''] = (await readdir(join(folder, 'prisma/migrations'))).filter((each) =>
    each.endsWith('_born'),
  )
  t.match(
    await readFile(join(folder, 'prisma/migrations', name, 'migration.sql'), 'utf8'),
    'ADD COLUMN     "born"',
  )
})

t.test(
  'a function whose body has semicolons is applied whole, and reset applies everything anew',
  async (t) => {
    const migration = join(folder, 'prisma/migrations/29990101000000_function')
    await mkdir(migration)
    const sql = 'CREATE FUNCTION two() RETURNS int AS $$ BEGIN PERFORM 1; RETURN 2; END $$ LANGUAGE plpgsql;'
    await writeFile(join(migration, 'migration.sql'), sql)
    t.equal((await prisma(folder, { DATABASE_URL }, 'migrate', 'deploy')).code, 0)
    const { code, said } = await prisma(folder, { DATABASE_URL }, 'migrate', 'reset', '--force')
    t.equal(code, 0, said)
    t.match(said, '29990101000000_function')
  },
)

t.test('a server out of reach and a missing database are told as Prisma tells them', async (t) => {
  const away = await prisma(folder, { DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x' }, 'migrate', 'deploy')
  t.equal(away.code, 1)
  t.match(away.said, /P1001: Can't reach database server at/)
  const missing = new URL(url)
  missing.pathname = '/nonesuch'
  t.match((await prisma(folder, { DATABASE_URL: missing.href }, 'migrate', 'status')).said, /P1003/)
})

t.test('an engine that the environment names is used instead', async (t) => {
  const engine = { PRISMA_SCHEMA_ENGINE_BINARY: '/nonexistent/engine' }
  const { code, said } = await prisma(folder, { DATABASE_URL, ...engine }, 'migrate', 'status')
  t.equal(code, 1)
  t.match(said, '/nonexistent/engine')
})

t.test('an installed native engine is used', async (t) => {
  const copy = await project()
  const modules = join(copy, 'node_modules')
  await rm(modules)
  await mkdir(join(modules, '@prisma'), { recursive: true })
  const entries = async (scope: string) =>
    (await readdir(join(root, 'node_modules', scope))).map((name) => join(scope, name))
  const copied = ['prisma', '@prisma/engines']
  for (const name of [...(await entries('')), ...(await entries('@prisma'))])
    if (name !== '@prisma' && !copied.includes(name))
      await symlink(join(root, 'node_modules', name), join(modules, name))
  for (const name of copied)
    await cp(join(root, 'node_modules', name), join(modules, name), { recursive: true })

  const require = createRequire(join(modules, 'prisma/package.json'))
  const { enginesVersion } = require('@prisma/engines')
  const target = await require('@prisma/get-platform').getBinaryTargetForCurrentPlatform()
  const native = join(modules, `@prisma/engines/schema-engine-${target}`)
  await writeFile(
    native,
    `#!/bin/sh
[ "$1" = --version ] && echo schema-engine-cli ${enginesVersion} && exit
echo "$@" >> ${join(copy, 'called')}
exec ${process.execPath} ${join(root, 'prisma/engine/schema-engine.mjs')} "$@"
`,
    { mode: 0o755 },
  )
  t.match((await prisma(copy, { DATABASE_URL }, 'migrate', 'deploy')).said, 'No pending migrations')
  t.match(await readFile(join(copy, 'called'), 'utf8'), 'can-connect-to-database')
})
