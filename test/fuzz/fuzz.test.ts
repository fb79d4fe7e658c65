import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { faults, seedFault } from '../support/faults.ts'
import { createGardenDatabase } from '../support/garden.ts'
import { connect } from './clients.ts'
import { compareRun, newTally } from './property.ts'
import { anyRun } from './steps.ts'

const url = await createGardenDatabase(t)

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} reproduces this run`)

t.test('whatever is read and written, a cached client answers as an uncached one', async (t) => {
  const clients = connect(t, url)
  const tally = newTally()
  await fc.assert(
    fc.asyncProperty(anyRun, (run) => compareRun(clients, run, tally)),
    { seed, numRuns: 80, endOnFailure: true },
  )
  t.comment(JSON.stringify({ ...tally, ...clients.cached.$cache.stats() }))
  t.ok(tally.writes - tally.refused > tally.writes / 4, 'a good share of the writes take place')
  t.ok(tally.survivors > 50, 'what a write does not touch was seen to survive')
})

for (const fault of faults) {
  t.test(`it is found out if ${fault}`, async (t) => {
    const folder = await seedFault(t, fault)
    const { cache: faulty } = await import(join(folder, 'src/cache/index.ts'))
    const clients = connect(t, url, faulty)
    const tally = newTally()
    const { failed } = await fc.check(
      fc.asyncProperty(anyRun, (run) => compareRun(clients, run, tally)),
      { seed: 453_742_459, numRuns: 300, endOnFailure: true },
    )
    t.ok(failed)
    t.comment(`after ${tally.comparisons} comparisons`)
  })
}
