import { AnyNull, DbNull, Decimal, JsonNull, skip } from '@prisma/client/runtime/client'
import t from 'tap'
import { argumentJson, parseArguments } from '../../src/cache/argument-json.ts'
import { argumentText } from '../../src/cache/argument-key.ts'

const back = (value: unknown) => parseArguments(argumentJson(value))

t.test('each type of arguments is brought back', async (t) => {
  const values: unknown[] = [
    { where: { id: 7, title: 'a', isbn: null, ok: true }, take: 3 },
    [
      new Date(0),
      2n ** 70n,
      new Decimal('1.50'),
      new Decimal('1e30'),
      new Uint8Array([0, 255]),
      Buffer.from([1]),
    ],
    [DbNull, JsonNull, AnyNull, skip, undefined, -0, Number.NaN, Number.NEGATIVE_INFINITY, 1e300],
    { hidden: undefined, $: ['date', '2020'], inner: { $: { $: 1 } }, ['__proto__']: { a: 1 } },
    undefined,
    'text',
  ]
  for (const value of values) t.equal(argumentText(back(value)), argumentText(value), argumentText(value))
  t.equal(back(DbNull), DbNull)
  t.equal(back(skip), skip)
  t.type(back(new Date(5)), Date)
})

t.test('what JSON says itself stays legible', async (t) => {
  t.equal(argumentJson({ where: { id: 7 } }), '{"where":{"id":7}}')
  t.equal(argumentJson(new Date(0)), '{"$":["date","1970-01-01T00:00:00.000Z"]}')
  t.equal(argumentJson(new Decimal('1.50')), '{"$":["decimal","1.5"]}')
  t.ok(argumentJson(new Decimal('1e1000000')).length < 40, 'and is not as long as the number')
})

t.test('what cannot be brought back has no text, and another text is no arguments', async (t) => {
  t.throws(() => argumentJson({ of: () => 1 }), /an argument is a function/)
  t.throws(() => argumentJson({ of: new URL('http://a') }), /an argument is a URL/)
  t.throws(() => argumentJson(new Date(Number.NaN)))
  for (const text of ['{"$":["other","x"]}', '{"$":["null","None"]}', '{'])
    t.throws(() => parseArguments(text), text)
})
