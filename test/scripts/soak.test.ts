import t from 'tap'
import { harmNames, planHarm } from '../history/harms/plan.ts'
import { createRandom } from '../history/random.ts'
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

t.test('a soak with faults tells how often it did each harm', async (t) => {
  const { status, lines, errors } = await soak('--minutes', '0', '--faults', '--harms', '1', '--seed', '3')
  t.same(errors, [])
  t.equal(status, 0)
  t.match(lines[0], /^\d+ operations: \d+ reads, \d+ hits, \d+ writes, \d+ failed, 0 violations; seed 3$/)
  t.same(
    lines.slice(1).map((line) => line.replace(/^\d+ times: /, '')),
    harmNames,
  )
  t.ok(lines.some((line) => line.startsWith('1 times: ')))
})

t.test('the harm that is done follows from the seed, and leaves no drop behind that nobody owes', (t) => {
  const plans = (seed: number) => {
    const random = createRandom(seed)
    return Array.from({ length: 300 }, () => planHarm(random, 3).names)
  }
  t.same(plans(1), plans(1))
  t.notSame(plans(1), plans(2))
  const all = plans(1)
  t.same(new Set(all.flat()), new Set(harmNames))
  const withKilled = all.filter((names) => names.some((name) => name.startsWith('a process')))
  t.same(
    new Set(withKilled.flat()),
    new Set(['a process is killed within a write', 'FLUSHALL', 'memory runs out']),
  )
  t.end()
})

t.test('a soak of no number of minutes is refused in one line', async (t) => {
  const { status, errors } = await soak('--minutes', 'some')
  t.equal(status, 1)
  t.same(errors, ['--minutes must be a whole number from 0 on, not "some"'])
})
