import { compareAnswers } from './documented.ts'
import { NOT_DOCUMENTED } from './not-documented.ts'

/** Imported by a server's process before its own code. */
compareAnswers((complaint) => {
  console.error(complaint)
  process.exit(NOT_DOCUMENTED)
})
