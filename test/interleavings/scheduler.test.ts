import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { step } from './actor.ts'
import { explore, type Play } from './scheduler.ts'

/** Actors that take so many steps each, and leave a trail. */
function walkers(counts: readonly number[], trails: Set<string>): Play {
  let trail = ''
  const walk = (name: string, count: number) => async () => {
    for (let index = 0; index < count; index++)
      await step(name, async () => {
        trail += name
      })
  }
  return {
    actors: Object.fromEntries(counts.map((count, index) => [`${index}`, walk(`${index}`, count)])),
    end: async () => {
      trails.add(trail)
    },
  }
}

t.test('every order of the steps is carried out, once', async (t) => {
  const trails = new Set<string>()
  const { schedules, runs } = await explore(() => walkers([3, 2, 2], trails))
  t.same([schedules, runs], [210n, 210])
  t.equal(trails.size, 210)
})

t.test('schedules that lead to one state are continued once, and all counted', async (t) => {
  const { schedules, runs } = await explore(() => ({
    ...walkers([6, 6, 6], new Set()),
    state: (actors) => JSON.stringify(actors),
  }))
  t.equal(schedules, 17_153_136n)
  t.ok(runs < 1000)
})

t.test('an actor that waits for another goes on when that one has let it', async (t) => {
  const orders = new Set<string>()
  const { schedules } = await explore(() => {
    const order: string[] = []
    const done = new EventEmitter()
    const waited = once(done, 'done')
    const act = (name: string) => step(name, async () => void order.push(name))
    return {
      actors: {
        a: async () => {
          await act('a1')
          await act('a2')
          done.emit('done')
        },
        b: async () => {
          await act('b1')
          await waited
          await act('b2')
        },
      },
      end: async () => void orders.add(order.join(' ')),
    }
  })
  t.equal(schedules, 3n)
  t.same([...orders].sort(), ['a1 a2 b1 b2', 'a1 b1 a2 b2', 'b1 a1 a2 b2'])
})

t.test('what fails in one order is found, with that order', async (t) => {
  const { failure } = await explore(() => {
    let value = 0
    const increment = async () => {
      const read = await step('read', async () => value)
      await step('write', async () => {
        value = read + 1
      })
    }
    return {
      actors: { a: increment, b: increment },
      end: async () => {
        if (value !== 2) throw new Error('an update was lost')
      },
    }
  })
  t.match(failure?.error, /an update was lost/)
  t.same(failure?.steps, ['a: start', 'b: start', 'a: write', 'b: write'])
})

t.test('actors that wait for each other are a failure', async (t) => {
  const wait = async () => {
    await step('first', async () => {})
    await new Promise(() => {})
  }
  const { failure } = await explore(() => ({ actors: { a: wait, b: wait } }))
  t.match(failure?.error, /wait for each other/)
})
