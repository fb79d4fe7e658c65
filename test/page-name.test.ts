import t from 'tap'
import { pageNameOf, pageUrlOf } from '../src/page-name.ts'

t.test('of a page’s name its URL is made, whatever it was asked with', async (t) => {
  const url = (route: string, params: object, query: object) =>
    pageUrlOf(pageNameOf({ route, params, query }))
  t.equal(url('/books', {}, {}), '/books')
  t.equal(url('/books/:id/reviews', { id: '7' }, { limit: '3' }), '/books/7/reviews?limit=3')
  t.equal(
    url('/books', {}, { sort: 'title', q: 'a b&c', author: ['1', '2'] }),
    '/books?author=1&author=2&q=a+b%26c&sort=title',
  )
  t.equal(url('/books/:id', { id: 'a/b' }, {}), '/books/a%2Fb')
})

t.test('another text is no page’s name', async (t) => {
  for (const text of ['', '7', '[]', '["books",{},[]]', '["/books",{},{}]'])
    t.equal(pageUrlOf(text), undefined, text)
})
