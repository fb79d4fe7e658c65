import { Type } from '@sinclair/typebox'
import { BOOK_FIELDS, BookFields } from './book-fields.ts'
import { Id, Text } from './common.ts'
import { PageOf, pageQuery, Search } from './page.ts'

export const AUTHOR = { id: 3, name: 'Ursula K. Le Guin' }

export const Author = Type.Object({ id: Id, name: Type.String() }, { title: 'Author', examples: [AUTHOR] })

export const AuthorDetail = Type.Composite(
  [
    Author,
    Type.Object({ books: Type.Array(BookFields, { description: 'At most 100, the most rated first' }) }),
  ],
  { title: 'AuthorDetail', examples: [{ ...AUTHOR, books: [BOOK_FIELDS] }] },
)

export const AuthorPage = PageOf(Author, 'AuthorPage', AUTHOR)

export const AuthorInput = Type.Object(
  { name: Text(200) },
  { additionalProperties: false, title: 'AuthorInput', examples: [{ name: AUTHOR.name }] },
)

export const AuthorQuery = Type.Object(
  { ...pageQuery, q: Type.Optional({ ...Search, examples: ['guin'] }) },
  { additionalProperties: false },
)
