import t from 'tap'
import { countLatency, createLatencies, quantilesOf } from '../../src/dashboard/latencies.ts'
import { Traffic } from '../../src/dashboard/traffic.ts'

t.test('quantiles are within a tenth of what was measured, however long that was', async (t) => {
  const near = (value: number | null, expected: number) =>
    t.ok(value !== null && Math.abs(value / expected - 1) < 0.1, `${value} is about ${expected}`)
  for (const unit of [0.01, 1, 100]) {
    const latencies = createLatencies()
    for (let length = 1; length <= 100; length++) countLatency(latencies, length * unit)
    const { count, p50, p95 } = quantilesOf([latencies, createLatencies()])
    t.equal(count, 100)
    near(p50, 50 * unit)
    near(p95, 95 * unit)
  }
  t.same(quantilesOf([]), { count: 0, p50: null, p95: null })
})

t.test('what takes no time, or hours, is counted as well', async (t) => {
  const latencies = createLatencies()
  for (const length of [0, 10_000_000]) countLatency(latencies, length)
  t.equal(quantilesOf([latencies]).count, 2)
})

t.test('seconds that are over are told of, those without requests too, and none twice', async (t) => {
  let now = 400_000
  const traffic = new Traffic(() => now)
  traffic.answered('hit', 1)
  traffic.answered('miss', 10)
  t.same(traffic.history(3).hit, [0, 0, 0], 'this one is not over')
  now += 2000
  traffic.answered('hit', 1)
  now += 1000
  t.same(traffic.history(4).hit, [0, 1, 0, 1])
  t.same(traffic.history(4).miss, [0, 1, 0, 0])
  t.match(traffic.window(), {
    answers: { hit: 2, miss: 1 },
    latency: { hit: { count: 2 }, miss: { count: 1 } },
  })
  now += 61_000
  t.match(traffic.window(), { answers: { hit: 0 }, latency: { hit: { count: 0 } } })
  t.equal(
    traffic.history(300).hit.reduce((sum, one) => sum + one),
    2,
  )
  now += 300_000
  t.equal(
    traffic.history(300).hit.reduce((sum, one) => sum + one),
    0,
    'the ring has come round',
  )
})
