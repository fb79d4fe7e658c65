/** What tells a page apart, of what a route is asked with. */
export interface PageRequest {
  /** The route's own URL, `/books/:id`; undefined where there is none. */
  readonly route: string | undefined
  readonly params: unknown
  readonly query: unknown
}

/** A page's name: it does not depend on the order of parameters, on a host, or on what says nothing. */
export function pageNameOf({ route, params, query }: PageRequest): string {
  const given = Object.entries(query as object).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([route, params, given])
}

/** The URL by which a page of that name is asked for; undefined for a text that is no page's name. */
export function pageUrlOf(name: string): string | undefined {
  try {
    const [route, params, given]: [unknown, Record<string, string>, [string, string | string[]][]] =
      JSON.parse(name)
    const path = String(route).replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
    const query = new URLSearchParams(
      given.flatMap(([key, value]) => [value].flat().map((one): [string, string] => [key, one])),
    )
    return path.startsWith('/') ? `${path}${query.size > 0 ? `?${query}` : ''}` : undefined
  } catch {
    return undefined
  }
}
