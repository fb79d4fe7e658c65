import t from 'tap'
import { faults, seedFault } from '../support/faults.ts'
import { describe, findViolations } from './checker.ts'
import { atLeast } from './driver.ts'
import { startServers } from './servers.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} makes the same requests again`)

t.test(
  'whatever three processes are asked at once, no answer is older than a write that had ended',
  async (t) => {
    const { driver } = await startServers(t, { processes: 3 })
    const { history, reads, hits, writes, failed } = await driver.run({ seed, enough: atLeast(3000) })
    const violations = findViolations(history)
    t.comment(
      `${history.length} operations: ${reads} reads, ${hits} hits, ${writes} writes, ${failed} failed`,
    )
    t.same(violations.slice(0, 3).map(describe), [], `${violations.length} violations, SEED=${seed}`)
    t.ok(reads > 2000, 'there are thousands of reads')
    t.ok(hits > reads / 5, 'the cache answers a good share of them')
    t.ok(writes > 200, 'there are hundreds of writes')
    t.ok(failed < 30, 'few requests fail')
  },
)

/** A fault must show within so many rounds, and shows in the first or second. */
const ROUNDS = 20

t.test('it finds every fault of the cache', async (t) => {
  for (const fault of faults) {
    await t.test(fault, async (t) => {
      const { driver } = await startServers(t, { processes: 2, folder: await seedFault(t, fault) })
      const begin = performance.now()
      let asked = 0
      for (let round = 0; round < ROUNDS; round++) {
        const { history } = await driver.run({ seed: seed + round, enough: atLeast(250) })
        asked += history.length
        const violations = findViolations(history)
        if (violations.length === 0) continue
        const milliseconds = Math.round(performance.now() - begin)
        t.pass(`${violations.length} violations within ${asked} operations, ${milliseconds} ms`)
        return
      }
      t.fail(`no violation within ${asked} operations, SEED=${seed}`)
    })
  }
})
