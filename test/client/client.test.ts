import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import openapi, { astToString } from 'openapi-typescript'
import t from 'tap'
import { createApp } from '../support/app.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

const app = await createApp(t, { API_TOKEN: 'token' })
const url = await app.listen({ port: 0, host: '127.0.0.1' })

/** A project of a client's: the types of the service's document, and the program. */
const folder = await mkdtemp(join(tmpdir(), 'hotshelf-client-'))
t.teardown(() => rm(folder, { recursive: true }))
// What has a default need not be sent.
const types = astToString(await openapi(new URL('/docs/json', url), { defaultNonNullable: false }))
await writeFile(join(folder, 'generated.ts'), types)
await writeFile(join(folder, 'package.json'), '{"type": "module"}')
await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
await cp(join(import.meta.dirname, 'program.ts'), join(folder, 'program.ts'))
const options = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8'))
await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ ...options, include: ['*.ts'], exclude: [] }))

/** What the compiler complains about. */
const check = (...args: string[]) =>
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, ...args]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )

t.test('a program that uses the types made from the document is one to the compiler', async (t) => {
  t.equal(await check(), '')
  await writeFile(
    join(folder, 'wrong.ts'),
    "import type { components } from './generated.ts'\n" +
      "export const book: components['schemas']['BookInput'] = { title: 5 }\n",
  )
  t.match(await check(), /wrong\.ts.*'number' is not assignable to type 'string'/)
})

t.test('the program does what its types promise', async (t) => {
  const program = join(folder, 'program.ts')
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, url, 'token'], { cwd: root })
  const steps = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  )
  t.same(steps, {
    create: [201, '/books/1', 'Notes'],
    list: [[['Notes', 'Ada']], null],
    one: [4, true],
    known: 304,
    update: 'eng',
    error: [400, 'urn:hotshelf:problem:invalid', 'isbn'],
    delete: [204, 404, null],
  })
})
