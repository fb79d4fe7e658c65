import { Redis } from 'ioredis'
import t from 'tap'
import { moveSlots, startCluster } from '../support/cluster.ts'
import { describe, findViolations } from './checker.ts'
import { startServers } from './servers.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} makes the same requests again`)

/** Requests that are made after all is well again. */
const AFTERWARDS = 1000

t.test('on a cluster no answer is too old, while slots move, and after a master has died', async (t) => {
  const { masters, replicas, url } = await startCluster(t)
  const [first, second, third] = masters
  const [promoted] = replicas
  if (!first || !second || !third || !promoted) throw new Error('a cluster has three masters')
  const { driver, urls } = await startServers(t, { processes: 3, env: { REDIS_URL: url } })

  let last = Infinity
  let asked = 0
  const enough = (all: number) => {
    asked = all
    return all >= last
  }
  const running = driver.run({ seed, enough })
  const answered = async (count: number) => {
    const wanted = asked + count
    while (asked < wanted) await fetch(`${urls[0]}/health/live`)
  }
  await answered(300)
  const moved = (await moveSlots(first, second)) + (await moveSlots(second, third))
  t.comment(`${moved} slots moved`)
  await answered(300)

  const killed = performance.now()
  first.process.kill('SIGKILL')
  const admin = new Redis(promoted.url)
  while (!(await admin.info('replication')).includes('role:master')) {
    // The others are still waiting for it.
  }
  admin.disconnect()
  for (const url of urls)
    while (!(await fetch(`${url}/books/1`)).headers.get('cache-status')?.endsWith('hit')) {
      // It does not trust the cluster again, as it owes drops or has yet to find the new master.
    }
  const well = performance.now()
  last = asked + AFTERWARDS
  const { history, reads, hits, writes, failed } = await running
  t.comment(
    `${reads} reads, ${hits} hits, ${writes} writes, ${failed} failed; ${Math.round(well - killed)} ms`,
  )

  // What was written while the master was away may be seen late by those that reached the new one before its writer did.
  const told = history.map((operation) =>
    operation.end > killed && operation.end < well ? { ...operation, end: well } : operation,
  )
  const violations = findViolations(told)
  t.same(violations.slice(0, 3).map(describe), [], `${violations.length} violations, SEED=${seed}`)
  t.equal(failed, 0)
  t.ok(hits > reads / 10, 'the cache answers a good share of the reads')
})
