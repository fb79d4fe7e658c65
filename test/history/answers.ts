import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/** What of the service's answers the history looks at. */
const Author = Type.Object({ id: Type.Integer(), name: Type.String() })
const Book = Type.Object({ id: Type.Integer(), title: Type.String(), ratingsCount: Type.Integer() })
const Listed = Type.Composite([Book, Type.Object({ authors: Type.Array(Author) })])
const Review = Type.Object({ id: Type.Integer(), reviewer: Type.String() })
const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ data: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) })

export type Author = Static<typeof Author>
export type Book = Static<typeof Book>
export type Listed = Static<typeof Listed>
export type Review = Static<typeof Review>

/** Gives a body as what it must be, or throws. */
function parser<T extends TSchema>(schema: T): (body: unknown) => Static<T> {
  const check = TypeCompiler.Compile(schema)
  return (body) => {
    if (check.Check(body)) return body
    throw new Error(`an answer that the history cannot read: ${JSON.stringify(body)}`)
  }
}

export const asAuthor = parser(Author)
export const asBook = parser(Listed)
export const asReview = parser(Review)
export const asBookDetail = parser(
  Type.Composite([Listed, Type.Object({ reviews: Type.Object({ count: Type.Integer() }) })]),
)
export const asAuthorDetail = parser(Type.Composite([Author, Type.Object({ books: Type.Array(Book) })]))
export const asBooks = parser(pageOf(Listed))
export const asAuthors = parser(pageOf(Author))
export const asReviews = parser(pageOf(Review))
