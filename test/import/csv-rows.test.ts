import { Readable } from 'node:stream'
import t from 'tap'
import { readCsv } from '../../src/import/csv-rows.ts'

async function rowsOf(text: string, chunk = text.length || 1) {
  const bytes = Buffer.from(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  )
  const rows = []
  for await (const row of readCsv(Readable.from(chunks))) rows.push(row)
  return rows
}

const cases: [string, string, (readonly [number, readonly string[] | string])[]][] = [
  ['an empty file has no rows', '', []],
  [
    'a last line needs no end',
    'a,b\nc,d',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  ['a byte order mark is no part of the first cell', '\ufeffa\n', [[1, ['a']]]],
  [
    'rows may have any number of cells',
    'a,b\nc\n',
    [
      [1, ['a', 'b']],
      [2, ['c']],
    ],
  ],
  [
    'quotes hold commas, doubled quotes and letters of several bytes',
    '"a,""é"" 物",b\n',
    [[1, ['a,"é" 物', 'b']]],
  ],
  [
    'a row stands on the line where it begins',
    'a\n"b\n\nc",d\ne\n',
    [
      [1, ['a']],
      [2, ['b\n\nc', 'd']],
      [5, ['e']],
    ],
  ],
  [
    'empty lines are counted and left out',
    'a\n\n\n"b\nc"\n\nd\n',
    [
      [1, ['a']],
      [4, ['b\nc']],
      [7, ['d']],
    ],
  ],
  [
    'lines may end with CR LF, within quotes too',
    'a\r\n"b\r\n\r\nc"\r\nd\r\n',
    [
      [1, ['a']],
      [2, ['b\n\nc']],
      [5, ['d']],
    ],
  ],
  [
    'text after a closing quote spoils its row alone',
    'a\n"b"c"d",e\nf\n',
    [
      [1, ['a']],
      [2, 'there is text after a closing quote'],
      [3, ['f']],
    ],
  ],
  [
    'a quote amid a cell spoils its row alone',
    'a\n\nb"c\nd\n',
    [
      [1, ['a']],
      [3, 'there is a quote in a field that does not begin with one'],
      [4, ['d']],
    ],
  ],
  [
    'a spoilt row of several lines stands on its first one',
    'a\n\n"b\nc"d,"\ne\n',
    [
      [1, ['a']],
      [3, 'there is text after a closing quote'],
      [5, ['e']],
    ],
  ],
  [
    'a quote that is never closed is told with the line of its row',
    'a\n\n"b\nc\n\nd\n',
    [
      [1, ['a']],
      [3, 'a quote is opened and never closed: nothing after it could be read'],
    ],
  ],
]

for (const [title, text, expected] of cases)
  t.test(title, async (t) => {
    const rows = expected.map(([line, row]) =>
      typeof row === 'string' ? { line, problem: row } : { line, cells: row },
    )
    t.strictSame(await rowsOf(text), rows)
    for (const chunk of [1, 2, 3, 5])
      t.strictSame(await rowsOf(text, chunk), rows, `also when it comes in pieces of ${chunk} bytes`)
  })

t.test('an error of the file reaches the reader', async (t) => {
  const broken = new Readable({
    read() {
      this.destroy(new Error('the disk is gone'))
    },
  })
  await t.rejects(async () => {
    for await (const _ of readCsv(broken));
  }, new Error('the disk is gone'))
})
