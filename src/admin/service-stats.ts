/** Milliseconds that a service may take to answer. */
const PATIENCE = 5000

/**
 * What a running service counts of its own cache, as its dashboard shows it.
 *
 * @param url where the service listens
 * @param token the one that it takes, where one is set
 * @throws an Error that says what is wrong with it
 */
export async function serviceStats(url: string, token: string | undefined): Promise<Record<string, unknown>> {
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new Error(`--url must be a URL such as http://127.0.0.1:3000, not ${JSON.stringify(url)}`)
  const address = new URL('/cache/stats', url)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(address, { headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw new Error(`no service answers at ${address.origin}`)
  })
  if (response.status === 401)
    throw new Error(`the service at ${address.origin} takes another token than API_TOKEN`)
  if (!response.ok) throw new Error(`GET ${address.href} is answered with ${response.status}`)
  const stats: unknown = await response.json().catch(() => undefined)
  if (typeof stats !== 'object' || stats === null)
    throw new Error(`GET ${address.href} is not answered with JSON`)
  return { ...stats }
}
