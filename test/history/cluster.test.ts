import { Redis } from 'ioredis'
import t from 'tap'
import { moveSlots, startCluster } from '../support/cluster.ts'
import { describe } from './checker.ts'
import { Harm } from './harm.ts'
import { startServers } from './servers.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} makes the same requests again`)

t.test('on a cluster no answer is too old, while slots move, and after a master has died', async (t) => {
  const { masters, replicas, url } = await startCluster(t)
  const [first, second, third] = masters
  const [promoted] = replicas
  if (!first || !second || !third || !promoted) throw new Error('a cluster has three masters')
  const { driver, urls } = await startServers(t, { processes: 3, env: { REDIS_URL: url } })
  const harm = new Harm(driver, urls, seed)
  await harm.during(async () => {})
  const moved = (await moveSlots(first, second)) + (await moveSlots(second, third))
  await harm.during(async () => {
    first.process.kill('SIGKILL')
    const admin = new Redis(promoted.url)
    while (!(await admin.info('replication')).includes('role:master')) {
      // The others are still waiting for it.
    }
    admin.disconnect()
  })
  const { reads, hits, writes, failed, violations } = await harm.end()
  t.comment(`${moved} slots moved; ${reads} reads, ${hits} hits, ${writes} writes, ${failed} failed`)
  t.ok(moved > 0)
  t.same(violations.slice(0, 3).map(describe), [], `${violations.length} violations, SEED=${seed}`)
  t.ok(failed < 10, 'few requests fail')
  t.ok(hits > reads / 10, 'the cache answers a good share of the reads')
})
