import { Type } from '@sinclair/typebox'
import { BookFields } from './book-fields.ts'
import { Id, Text } from './common.ts'
import { PageOf, pageQuery, Search } from './page.ts'

export const Author = Type.Object({ id: Id, name: Type.String() })

export const AuthorDetail = Type.Composite([
  Author,
  Type.Object({ books: Type.Array(BookFields, { description: 'At most 100, the most rated first' }) }),
])

export const AuthorPage = PageOf(Author)

export const AuthorInput = Type.Object({ name: Text(200) }, { additionalProperties: false })

export const AuthorQuery = Type.Object(
  { ...pageQuery, q: Type.Optional(Search) },
  { additionalProperties: false },
)
