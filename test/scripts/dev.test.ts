import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../scripts/services/ports.ts'

const root = join(import.meta.dirname, '../..')
const folder = await mkdtemp(join(tmpdir(), 'hotshelf-dev-'))
await chmod(folder, 0o755)
t.teardown(() => rm(folder, { recursive: true, force: true }))

interface Dev {
  readonly child: ChildProcess
  /** What it said until it served, or until it ended. */
  readonly said: Promise<string>
}

/** `npm run dev`, with its data in a folder of the test's own. */
async function dev(env: Record<string, string> = {}): Promise<Dev & { url: string }> {
  const PORT = env.PORT ?? String(await freePort())
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/dev.ts'], {
    cwd: root,
    env: { PATH, HOME, HOTSHELF_DATA: folder, ...env, PORT },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const said = new Promise<string>((resolve) => {
    let text = ''
    const hear = (chunk: unknown) => {
      text += chunk
      if (/Docs: .*\n/.test(text)) resolve(text)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('close', () => resolve(text))
  })
  return { child, said, url: `http://127.0.0.1:${PORT}` }
}

/** The URLs of the PostgreSQL and the Redis that it started. */
const servicesOf = (said: string): string[] =>
  ['PostgreSQL', 'Redis'].map((name) => new RegExp(`${name}: (\\S+)`).exec(said)?.[1] ?? '')

/** Connects to the port of a URL and asks nothing. `closed` settles when what listens there lets go. */
async function watch(url: string): Promise<{ closed: Promise<unknown> }> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  // A server that is killed resets its connections.
  socket.on('error', () => {}).resume()
  return { closed: once(socket, 'close') }
}

/** Whether something listens on the port of a URL. */
function answers(url: string): Promise<boolean> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

t.test('it serves a warm sample, stops all that it started, and finds its data again', async (t) => {
  const first = await dev()
  const said = await first.said
  t.match(said, `API:  ${first.url}/books`)
  t.match(said, `Docs: ${first.url}/docs`)
  const services = servicesOf(said)
  for (const url of services) t.ok(await answers(url), url)
  const page = await fetch(`${first.url}/books`)
  t.equal(page.headers.get('cache-status'), 'hotshelf; hit')
  const added = await fetch(`${first.url}/books`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Kept' }),
  })
  t.equal(added.status, 201)
  first.child.kill('SIGINT')
  await once(first.child, 'exit')
  for (const url of [...services, first.url]) t.notOk(await answers(url), url)

  const second = await dev()
  await second.said
  const found = await fetch(`${second.url}${added.headers.get('location')}`)
  t.match(await found.json(), { title: 'Kept' })
  second.child.kill('SIGTERM')
  await once(second.child, 'exit')
})

t.test('a second one on the same data is told so, and harms nothing', async (t) => {
  const first = await dev()
  await first.said
  const second = await dev()
  const [code] = await once(second.child, 'exit')
  t.equal(code, 1)
  t.match((await second.said).trim().split('\n'), [/^another PostgreSQL \(PID \d+\) runs on .*HOTSHELF_DATA/])
  t.equal((await fetch(`${first.url}/books`)).status, 200)
  first.child.kill('SIGHUP')
  t.same(await once(first.child, 'exit'), [0, null], 'a closed terminal ends it like a Ctrl-C')
})

t.test('what it started ends even if it is killed, and the next start finds its data', async (t) => {
  const first = await dev()
  const watched = await Promise.all(servicesOf(await first.said).map(watch))
  first.child.kill('SIGKILL')
  for (const { closed } of watched) await closed
  const second = await dev()
  t.match(await second.said, 'Docs: ')
  second.child.kill('SIGINT')
  t.same(await once(second.child, 'exit'), [0, null])
})

t.test('a port in use is one clear line', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const { child, said } = await dev({ PORT: port })
  const [code] = await once(child, 'exit')
  t.equal(code, 1)
  t.match((await said).trim().split('\n').at(-1), `port ${port} is in use`)
})

/** A folder with the programs that PostgreSQL's start needs, and no Redis among them. */
async function pathWithoutRedis(): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const program of ['sh', 'id', 'locale', 'useradd', 'groupadd', 'node']) {
    const found = (process.env.PATH ?? '')
      .split(':')
      .map((place) => join(place, program))
      .find(existsSync)
    if (found) await symlink(found, join(bin, program))
  }
  return bin
}

t.test('without a Redis on the PATH it says that the cache is its own', async (t) => {
  const { child, said } = await dev({ PATH: await pathWithoutRedis() })
  t.match(await said, 'the cache lives in this process alone')
  t.match(await said, 'Docs: ')
  child.kill('SIGINT')
  await once(child, 'exit')
})
