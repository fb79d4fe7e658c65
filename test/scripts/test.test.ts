import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { runScript } from '../support/script.ts'

t.test('where no Redis is to be had, `npm test` says in one line what to install', async (t) => {
  const PATH = await mkdtemp(join(tmpdir(), 'hotshelf-path-'))
  t.teardown(() => rm(PATH, { recursive: true }))
  await symlink(process.execPath, join(PATH, 'node'))
  const { status, lines, errors } = await runScript('scripts/test.ts', [], { PATH })
  t.equal(status, 1)
  t.same(lines, [])
  t.same(errors, ['the tests need a Redis: install redis-server or valkey-server, or set REDIS_URL'])
})
