/** The exit status of a server that gave an answer which is not in its document. */
export const NOT_DOCUMENTED = 86

/** Throws where nobody can catch it, so that it is the test's failure. */
export function failTest(complaint: string): void {
  setImmediate(() => Promise.reject(new Error(complaint)))
}
