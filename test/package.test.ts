import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import t from 'tap'
import { createCheckout } from './support/checkout.ts'
import { connectDatabase, createBareDatabase } from './support/database.ts'
import { blocksIn, commandsOf, documents, root } from './support/documents.ts'
import { redisUrl } from './support/redis.ts'

const PAGE = 'docs/extension.md'
const { PATH = '', HOME = '' } = process.env
const checkout = await createCheckout(t)
const project = await mkdtemp(join(tmpdir(), 'hotshelf-project-'))
t.teardown(() => rm(project, { recursive: true, force: true }))
const env = {
  PATH,
  HOME,
  npm_config_prefer_offline: 'true',
  npm_config_ignore_scripts: 'true',
  npm_config_strict_peer_deps: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  // Where Prisma's own engine cannot be had; another one makes no difference to what is generated.
  PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'prisma/engine/schema-engine.mjs'),
}

/** Runs a command line to its end. */
function run(cwd: string, line: string, more: Record<string, string> = {}) {
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile('sh', ['-c', line], { cwd, env: { ...env, ...more } }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, said: `${stdout}${error ? stderr : ''}` }),
    )
  })
}

const write = (path: string, content: object | string) =>
  writeFile(join(project, path), typeof content === 'string' ? content : JSON.stringify(content))

/** What the page tells to do, in its order: to pack, to install, to generate. */
const commands = blocksIn('sh', PAGE).flatMap(commandsOf)
const tarball = 'hotshelf-0.1.0.tgz'

t.test('the package is the cache, built, and nothing of the service', async (t) => {
  t.same(commands.slice(0, 2), ['npm ci', 'npm pack'])
  const before = await readFile(join(checkout, 'package.json'), 'utf8')
  const packed = await run(checkout, 'npm pack --json --ignore-scripts=false')
  t.equal(packed.code, 0, packed.said)
  const [{ filename, files }] = JSON.parse(packed.said.slice(packed.said.indexOf('[\n')))
  t.equal(filename, tarball, 'as the page calls it')
  const paths: string[] = files.map(({ path }: { path: string }) => path)
  t.same(
    paths.filter((path) => !/^dist\/cache\/[\w-]+\.(js|d\.ts)$/.test(path)),
    ['LICENSE', 'README.md', 'package.json'],
  )
  t.equal(await readFile(join(checkout, 'package.json'), 'utf8'), before, 'the manifest is as it was')
})

t.test('another project installs it, as the page says', async (t) => {
  await write('package.json', { private: true, type: 'module' })
  // Also for Prisma, which names files in its imports as the project does.
  const common = {
    target: 'es2023',
    lib: ['es2023'],
    strict: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'out',
  }
  await write('tsconfig.json', {
    compilerOptions: { ...common, typeRoots: [join(root, 'node_modules/@types')], module: 'nodenext' },
  })
  for (const command of commands.filter((command) => command.startsWith('npm install'))) {
    const { code, said } = await run(project, command.replace(/\S*\.tgz/, join(checkout, tarball)))
    t.equal(code, 0, said)
  }
  const manifest = JSON.parse(await readFile(join(project, 'node_modules/hotshelf/package.json'), 'utf8'))
  t.notOk('scripts' in manifest, 'nothing runs at its installation')
  t.same(Object.keys(manifest.dependencies), ['@prisma/generator-helper', 'lru-cache'])
  t.notOk(existsSync(join(project, 'node_modules/fastify')))
})

t.test('the generator writes its map beside the client', async (t) => {
  await mkdir(join(project, 'prisma'))
  const [schema] = blocksIn('prisma', PAGE)
  await write('prisma/schema.prisma', schema?.text ?? '')
  const generate = commands.at(-1) ?? ''
  t.equal(generate, 'npx prisma generate')
  const { code, said } = await run(project, generate)
  t.equal(code, 0, said)
  t.match(await readFile(join(project, 'src/generated/cache-schema.ts'), 'utf8'), /"Stock": \{/)
})

t.test('all TypeScript that the pages show is right, for Node and for bundlers', async (t) => {
  for (const { path, blocks } of documents) {
    const shown = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text)
    await write(`src/${basename(path, '.md')}.ts`, ['export {}', ...shown].join('\n'))
  }
  const [program] = blocksIn('ts', PAGE)
  await write('src/main.ts', program?.text ?? '')
  // Names are looked up in another way there; what they stand for is the same.
  const bundled = { module: 'esnext', moduleResolution: 'bundler', noEmit: true, skipLibCheck: true }
  await write('bundler.json', {
    extends: './tsconfig.json',
    compilerOptions: bundled,
    files: ['src/main.ts'],
    include: [],
  })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const [nodenext, bundler] = await Promise.all([
    run(project, `node ${tsc}`),
    run(project, `node ${tsc} -p bundler.json`),
  ])
  t.equal(nodenext.code, 0, nodenext.said)
  t.equal(bundler.code, 0, bundler.said)
})

t.test('the first program of the page hits, and drops, as it says', async (t) => {
  const url = await createBareDatabase(t)
  const database = await connectDatabase(t, url)
  await database.query(`CREATE TABLE "Shop" (id serial PRIMARY KEY, name text NOT NULL)`)
  await database.query(
    `CREATE TABLE "Stock" (id serial PRIMARY KEY, sku text NOT NULL UNIQUE, amount integer NOT NULL,
      "shopId" integer NOT NULL REFERENCES "Shop" ON DELETE CASCADE ON UPDATE CASCADE)`,
  )
  const { code, said } = await run(project, 'node out/main.js', { DATABASE_URL: url, REDIS_URL: redisUrl() })
  t.equal(code, 0, said)
  t.equal(said, blocksIn('console', PAGE)[0]?.text)
})

t.test('without ioredis, a store of another kind will do', async (t) => {
  await rm(join(project, 'node_modules/ioredis'), { recursive: true })
  const { code, said } = await run(
    project,
    `node -e "import('hotshelf/cache').then(({ memoryStore }) => memoryStore())"`,
  )
  t.equal(code, 0, said)
})
