/** Where the token is kept: this tab alone has it, and it is gone with it. */
const KEPT = 'hotshelf-token'

/** What a header can have, and a token has. */
const SENDABLE = /^[!-~]+$/

/** The service wants another token than the one that there is. */
export class TokenError extends Error {}

export const token = {
  get: () => sessionStorage.getItem(KEPT),
  /** @param {string} text */
  keep: (text) => sessionStorage.setItem(KEPT, text),
  forget: () => sessionStorage.removeItem(KEPT),
}

/**
 * Asks the service.
 *
 * @param {string} path
 * @param {{ body?: object, signal?: AbortSignal }} [options] with a body it is a POST
 * @returns {Promise<Response>}
 * @throws TokenError, and an Error with what the service says is wrong
 */
export async function ask(path, { body, signal } = {}) {
  const known = token.get()
  if (known !== null && !SENDABLE.test(known)) throw new TokenError()
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    cache: 'no-store',
    headers: {
      ...(known !== null && { authorization: `Bearer ${known}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  if (response.ok) return response
  if (response.status === 401) throw new TokenError()
  const problem = await response.json().catch(() => ({}))
  throw new Error(problem.detail ?? `The service answered ${response.status}.`)
}
