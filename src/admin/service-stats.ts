/** Milliseconds that a service may take to answer. */
const PATIENCE = 5000

/**
 * What a running service counts of its own cache, as its dashboard shows it.
 *
 * @param url where the service listens
 * @throws an Error that says what is wrong with it
 */
export async function serviceStats(url: string): Promise<Record<string, unknown>> {
  if (!URL.canParse(url))
    throw new Error(`--url must be a URL such as http://127.0.0.1:3000, not ${JSON.stringify(url)}`)
  const address = new URL('/cache/stats', url)
  const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw new Error(`no service answers at ${address.origin}`)
  })
  if (!response.ok) throw new Error(`GET ${address.href} is answered with ${response.status}`)
  const stats: unknown = await response.json().catch(() => undefined)
  if (typeof stats !== 'object' || stats === null)
    throw new Error(`GET ${address.href} is not answered with JSON`)
  return { ...stats }
}
