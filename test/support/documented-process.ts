import { compareAnswers } from './documented.ts'

/** The exit status of a server whose answer is not in its document: `spawnServer` makes it the test's failure. */
export const NOT_DOCUMENTED = 86

compareAnswers((complaint) => {
  console.error(`not in the document: ${complaint}`)
  process.exit(NOT_DOCUMENTED)
})
