import t from 'tap'
import { given } from '../support/database.ts'
import { redisUrl } from '../support/redis.ts'
import { runScript } from '../support/script.ts'

const soak = (...args: string[]) =>
  runScript('scripts/soak.ts', args, { TEST_DATABASE_URL: given('TEST_DATABASE_URL'), REDIS_URL: redisUrl() })

t.test('a soak without a violation ends with 0 and says what it did', async (t) => {
  const { status, lines, errors } = await soak('--minutes', '0', '--processes', '1', '--seed', '7')
  t.same(errors, [])
  t.equal(status, 0)
  t.match(lines, [/^\d{4} operations: \d+ reads, \d+ hits, \d+ writes, \d+ failed, 0 violations; seed 7$/])
  t.equal(lines.length, 1)
})

t.test('a soak of no number of minutes is refused in one line', async (t) => {
  const { status, errors } = await soak('--minutes', 'some')
  t.equal(status, 1)
  t.same(errors, ['--minutes must be a whole number from 0 on, not "some"'])
})
