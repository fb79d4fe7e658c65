import { EventEmitter, once } from 'node:events'
import { stat } from 'node:fs/promises'
import t from 'tap'
import { Breaker, StoreDownError } from '../../src/cache/breaker.ts'

const DEADLINE = 20
// A breaker's timers keep no process alive, and here nothing else does.
const alive = setInterval(() => {}, 1000)
t.teardown(() => clearInterval(alive))
const silence = () => new Promise<never>(() => {})

t.test('after three commands without an answer none is sent, until the store answers again', async (t) => {
  const changes = new EventEmitter()
  let answers = false
  const probe = () => (answers ? Promise.resolve() : silence())
  const breaker = new Breaker(DEADLINE, probe, (open) => changes.emit(open ? 'open' : 'closed'))
  t.teardown(() => breaker.close())
  const opened = once(changes, 'open')
  for (let failure = 0; failure < 3; failure++) await t.rejects(breaker.run(silence), StoreDownError)
  await opened
  let sent = 0
  const command = async () => ++sent
  await t.rejects(breaker.run(command), StoreDownError)
  t.equal(sent, 0)
  const closed = once(changes, 'closed')
  answers = true
  await closed
  t.equal(await breaker.run(command), 1)
})

t.test('what fails at once costs nothing, and leaves it closed', async (t) => {
  const breaker = new Breaker(DEADLINE, silence, () => t.fail('it has changed'))
  for (let failure = 0; failure < 9; failure++)
    await t.rejects(
      breaker.run(async () => {
        throw new Error('refused')
      }),
      { message: 'refused' },
    )
  t.notOk(breaker.open)
})

t.test('an answer that came while this process was busy is in time', async (t) => {
  const breaker = new Breaker(DEADLINE, silence, () => t.fail('it has changed'))
  // After an answer, timers that are due come before the next one.
  await stat(import.meta.filename)
  const asking = breaker.run(() => stat(import.meta.filename))
  const busyUntil = performance.now() + DEADLINE * 5
  while (performance.now() < busyUntil) {
    // Nothing is heard meanwhile.
  }
  t.ok((await asking).isFile())
})
