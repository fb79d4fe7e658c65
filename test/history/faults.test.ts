import { once } from 'node:events'
import { Redis } from 'ioredis'
import t from 'tap'
import { redisServers, startRedis } from '../support/redis.ts'
import { describe } from './checker.ts'
import { Harm } from './harm.ts'
import { startServers } from './servers.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} makes the same requests again`)

/** Milliseconds for which Redis does not answer: longer than it takes to be given up. */
const HANG = 1500

for (const server of redisServers) {
  t.test(
    `no answer is too old while a ${server.name} is flushed, hangs and dies, and after that`,
    async (t) => {
      const redis = await startRedis(t, undefined, [], server)
      const { driver, urls } = await startServers(t, { processes: 3, env: { REDIS_URL: redis.url } })
      const admin = new Redis(redis.url)
      const harm = new Harm(driver, urls, seed)
      for (let flushes = 0; flushes < 50; flushes++) {
        await admin.flushall()
        await fetch(`${urls[0]}/books`)
      }
      await harm.during(async () => {
        redis.process.kill('SIGSTOP')
        await new Promise((resolve) => setTimeout(resolve, HANG))
        redis.process.kill('SIGCONT')
      })
      admin.disconnect()
      await harm.during(async () => {
        redis.process.kill('SIGKILL')
        await once(redis.process, 'exit')
        await startRedis(t, redis.port, [], server)
      })
      const { reads, hits, writes, failed, violations } = await harm.end()
      t.comment(`${reads} reads, ${hits} hits, ${writes} writes, ${failed} failed`)
      t.same(violations.slice(0, 3).map(describe), [], `${violations.length} violations, SEED=${seed}`)
      t.ok(failed < 10, 'few requests fail')
      t.ok(hits > reads / 10, 'the cache answers a good share of the reads')
    },
  )
}
