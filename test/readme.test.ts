import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { freePort } from '../scripts/services/ports.ts'
import { createCheckout } from './support/checkout.ts'
import { createBareDatabase, given } from './support/database.ts'
import { blocksIn, commandsOf, documents, root } from './support/documents.ts'
import { createNamespace, redisUrl } from './support/redis.ts'
import { startServer } from './support/server.ts'

const source = (path: string) => readFileSync(join(root, path), 'utf8')
const checkout = await createCheckout(t)
// Where we are root, PostgreSQL is not, and must be let in.
await chmod(checkout, 0o755)
const { PATH = '', HOME = '' } = process.env
const PORT = String(await freePort())
const env = {
  PATH,
  HOME,
  PORT,
  DATABASE_URL: await createBareDatabase(t),
  TEST_DATABASE_URL: given('TEST_DATABASE_URL'),
  REDIS_URL: redisUrl(),
  CACHE_NAMESPACE: createNamespace(),
}

/** A line for a shell, in a fresh copy of the repository. */
function shell(line: string, more: Record<string, string> = {}) {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    cwd: checkout,
    env: { ...env, ...more },
    detached: true,
  })
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT')
  }
  return { child, stop, ended: new Promise<number | null>((resolve) => child.once('close', resolve)) }
}

async function run(t: Test, line: string): Promise<string> {
  const { child, ended } = shell(line)
  const [code, out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  t.equal(code, 0, `${line}: ${code === 0 ? 'ran' : out + errors}`)
  return out
}

/** What a command is known to need, or the file whose own business it is, which must still do it. */
type Way = ((t: Test, line: string) => Promise<unknown>) | { readonly file: string; readonly has: RegExp }

const WAYS: Readonly<Record<string, Way>> = {
  // The packages are those that CI has installed by its own first command; what their installation sets off is done here.
  'npm install && npm run dev': async (t) => {
    t.match(source('.ci/run'), /^check npm ci$/m)
    await run(t, 'npm run postinstall')
    await tryInShell(t, 'npm run dev')
  },
  'npm ci': { file: '.ci/run', has: /^check npm ci$/m },
  'npm test': { file: '.ci/run', has: /^npm test /m },
  'npm run fuzz -- --minutes 1': (t, line) => run(t, line.replace('--minutes 1', '--minutes 0')),
  'npm run soak -- --minutes 1 --faults': {
    file: 'test/scripts/soak.test.ts',
    has: /soak\('--minutes', '0', '--faults'/,
  },
  'npx prisma migrate deploy': run,
  'npx tsx scripts/warm.ts': async (t, line) => t.match(await run(t, line), /stored \d+ pages/),
  'npx tsx src/server.ts': async (t) => {
    const { listening, child, ended } = startServer(t, { ...env, API_TOKEN: 'token' }, checkout)
    const books = await fetch(`${await listening}/books`)
    t.equal(books.headers.get('cache-status'), 'hotshelf; hit')
    child.kill('SIGTERM')
    t.match(await ended, { code: 0 })
  },
  'API_TOKEN=change-me docker compose up --build': {
    file: 'test/ship.test.ts',
    has: /parse\(read\('compose.yaml'\)/,
  },
  'npm pack': { file: 'test/package.test.ts', has: /'npm pack --json/ },
  'npm install ../hotshelf/hotshelf-0.1.0.tgz prisma@7.10.0 @prisma/client@7.10.0 @prisma/adapter-pg@7.10.0 ioredis@6':
    {
      file: 'test/package.test.ts',
      has: /startsWith\('npm install'\)/,
    },
  'npx prisma generate': { file: 'test/package.test.ts', has: /commands\.at\(-1\)/ },
}

/** `kubectl` asks for a cluster: what it is given is looked at by `test/kubernetes.test.ts`, all files of the folder. */
async function tryKubectl(t: Test, line: string): Promise<void> {
  for (const [, file = ''] of line.matchAll(/-f (\S+)/g)) t.match(file, /^ops\/kubernetes\/\w+\.yaml$/)
  const job = /job[ /](\S+)/.exec(line)?.[1]
  if (job) t.match(source('ops/kubernetes/migrate.yaml'), `name: ${job}\n`)
}

/** Runs it until Ctrl-C, with a new PostgreSQL of its own; meanwhile the README's lines for a terminal are typed in. */
async function tryInShell(t: Test, line: string): Promise<void> {
  const dev = shell(line, { DATABASE_URL: '', REDIS_URL: '' })
  t.teardown(dev.stop)
  let said = ''
  for await (const chunk of dev.child.stdout) {
    said += chunk
    if (said.includes('Docs: ')) break
  }
  t.match(said, /^Docs: /m)
  for (const block of blocksIn('console', 'README.md'))
    for (const step of block.text.split(/^\$ /m).slice(1)) {
      const [command = '', ...shown] = step.split('\n')
      const answer = await run(t, command.replaceAll('localhost:3000', `localhost:${PORT}`))
      t.equal(asShown(answer), asShown(shown.join('\n')), `${block.at}: ${command}`)
    }
  dev.stop()
  t.equal(await dev.ended, 0, 'Ctrl-C stops it')
}

const tried = new Set<string>()

for (const block of blocksIn('sh')) {
  t.test(`what ${block.at} tells to run`, async (t) => {
    // Some are told on two pages.
    for (const line of commandsOf(block).filter((command) => !tried.has(command))) {
      tried.add(line)
      const way = line.startsWith('kubectl ') ? tryKubectl : WAYS[line]
      if (!way) t.fail(`nobody tries \`${line}\`: say in this file how`)
      else if (typeof way === 'function') await way(t, line)
      else t.match(source(way.file), way.has, `${line} is tried by ${way.file}`)
    }
  })
}

t.test('no way is left of a command that is told nowhere', (t) => {
  const told = blocksIn('sh').flatMap(commandsOf)
  t.same(
    Object.keys(WAYS).filter((line) => !told.includes(line)),
    [],
  )
  t.end()
})

t.test('every script that is named is there', (t) => {
  const scripts = Object.keys(JSON.parse(source('package.json')).scripts)
  for (const { path, text } of documents)
    for (const [, name = ''] of text.matchAll(/npm run ([\w-]+)/g))
      t.ok(scripts.includes(name), `${path}: ${name}`)
  t.end()
})

t.test('every language of a block is one that is tried', (t) => {
  const known = ['sh', 'console', 'ts', 'prisma', 'mermaid']
  for (const { blocks } of documents)
    for (const { at, language } of blocks) t.ok(known.includes(language), at)
  t.end()
})

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

t.test('every link and every path leads somewhere', (t) => {
  for (const { path, text } of documents) {
    for (const [, link = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(link)) continue
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      if (!t.ok(existsSync(join(root, target)), `${path}: ${link}`) || anchor === undefined) continue
      t.ok(anchorsOf(source(target)).includes(anchor), `${path}: ${link}`)
    }
    const named = text.matchAll(/`((?:src|test|scripts|bench|prisma|ops|docs|\.ci)\/[\w./-]+)`/g)
    for (const [, file = ''] of named) t.ok(existsSync(join(root, file)), `${path}: ${file}`)
    const modules = path === 'docs/architecture.md' ? text.matchAll(/`([\w-]+\.ts)`/g) : []
    for (const [, file = ''] of modules) t.ok(existsSync(join(root, 'src/cache', file)), `${path}: ${file}`)
  }
  t.end()
})

/** What a terminal shows, but for the namespace of the keys, which is another in each run. */
const asShown = (text: string): string =>
  text
    .replaceAll('\r', '')
    .replaceAll(/ as \S+:e:/g, ' as hotshelf:e:')
    .trim()
