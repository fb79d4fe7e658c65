import { loadBooks } from '../src/import/load-books.ts'
import { runMain } from '../src/terminal/run-main.ts'
import { withDatabase } from '../src/terminal/with-database.ts'
import { SAMPLE } from './sample.ts'

/** `npx prisma db seed`: adds the books of the sample that are not there, and touches none that is. */
await runMain(async () => {
  const added = await withDatabase((database) =>
    database.$transaction(async (transaction) => {
      const { added } = await loadBooks(
        transaction,
        SAMPLE.map(({ reviews: _, ...book }) => book),
      )
      const reviews = SAMPLE.flatMap(({ sourceId, reviews = [] }) => {
        const bookId = added.get(sourceId)
        return bookId === undefined ? [] : reviews.map((review) => ({ ...review, bookId }))
      })
      if (reviews.length > 0) await transaction.review.createMany({ data: reviews })
      return added.size
    }),
  )
  console.log(`sample: ${added} books added, ${SAMPLE.length - added} already there`)
  return 0
})
