import t from 'tap'
import { droppersOf } from '../../src/cache/droppers.ts'
import { tagsOfRead } from '../../src/cache/read-tags.ts'
import type { CacheSchema } from '../../src/cache/schema-facts.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { createClients } from '../support/client.ts'

const droppers = (of: CacheSchema, model: string, args: unknown) =>
  droppersOf(of, [...tagsOfRead(of, model, 'findMany', args)])

t.test('each tag is told as the writes that drop it', async (t) => {
  t.same(droppers(schema, 'Book', {}), ['any write to Book'])
  t.same(droppers(schema, 'Review', { where: { bookId: 5 } }), [
    'a write of a Review with bookId 5',
    'a write to Review that does not tell each bookId it reaches, or changes one',
  ])
  t.same(droppers(schema, 'Book', { where: { isbn: null } })[0], 'a write of a Book with isbn null')
})

t.test('a join table is told as the fields that it links', async (t) => {
  t.same(droppers(schema, 'Book', { where: { id: 7 }, select: { authors: { select: { name: true } } } }), [
    'a write of a Book with id 7',
    'a write to Book that does not tell each id it reaches, or changes one',
    'a change of the authors of the Book with id 7',
    'a change of the authors of Book that does not tell of which',
    'an update or delete of any Author',
  ])
  t.ok(
    droppers(schema, 'Book', { include: { authors: true } }).includes(
      'any change of the links between Author.books and Book.authors',
    ),
  )
})

t.test('values are told whole, whatever is in them', async (t) => {
  const isbn = 'a"],b=[*],\\'
  t.equal(
    droppers(schema, 'Book', { where: { isbn } })[0],
    `a write of a Book with isbn ${JSON.stringify(isbn)}`,
  )
  const pair: CacheSchema = {
    fingerprint: '',
    models: {
      Bed: {
        table: 'Bed',
        fields: { row: { type: 'String' }, col: { type: 'Int' } },
        id: ['row', 'col'],
        keys: [['row', 'col']],
        compounds: { row_col: ['row', 'col'] },
      },
    },
  }
  t.same(droppers(pair, 'Bed', { where: { row_col: { row: '*,col=3', col: 2 } } }), [
    'a write of a Bed with row "*,col=3" and col 2',
    'a write to Bed that does not tell each row and col it reaches, or changes one',
  ])
})

t.test('$cache.explain says them with the tags, and nothing of a read that is not cached', async (t) => {
  const { cached } = await createClients(t)
  const told = cached.$cache.explain('Review', 'findMany', { where: { bookId: 5 } })
  t.match(told, { cacheable: true, tags: ['Review[bookId=5]', 'Review[bookId=*]'] })
  t.match(told, { droppedBy: ['a write of a Review with bookId 5', /^a write to Review/] })
  t.strictSame(cached.$cache.explain('Book', 'create'), { cacheable: false, reason: 'create is not a read' })
})
