/** Which client the service has, and so how it comes by its answers. */
export type ClientKind = 'plain' | 'hotshelf' | 'extension' | 'aside' | 'aside-text' | 'constant'

/** One of the services that are measured side by side. */
export interface Variant {
  readonly name: string
  /** For a reader of the tables. */
  readonly label: string
  readonly client: ClientKind
  /** Variables beside those that all variants have. */
  readonly env?: Readonly<Record<string, string>>
}

export const PLAIN: Variant = { name: 'plain', label: 'plain Prisma', client: 'plain' }
export const CONSTANT: Variant = {
  name: 'constant',
  label: 'the limit: a constant string',
  client: 'constant',
}

/** All of them; those with this cache begin with `hotshelf`. */
export const VARIANTS: readonly Variant[] = [
  PLAIN,
  { name: 'hotshelf', label: 'Hotshelf over Redis', client: 'hotshelf' },
  {
    name: 'hotshelf-near',
    label: 'Hotshelf with its near level',
    client: 'hotshelf',
    env: { CACHE_NEAR: '64' },
  },
  { name: 'extension', label: 'prisma-extension-redis 5.0.0', client: 'extension' },
  { name: 'aside', label: 'cache-aside by hand: JSON', client: 'aside' },
  { name: 'aside-text', label: 'cache-aside by hand: the body as it is', client: 'aside-text' },
  CONSTANT,
]

/** Whether it says in `Cache-Status` how it came by an answer. */
export const saysStatus = ({ client }: Variant): boolean => client === 'hotshelf'

/** Whether it can be written through. */
export const writes = ({ client }: Variant): boolean => client !== 'constant'

/** What a variant is called in tables. */
export const labelOf = (variant: string): string =>
  VARIANTS.find(({ name }) => name === variant)?.label ?? variant
