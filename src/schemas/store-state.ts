import { Type } from '@sinclair/typebox'

/** How the store of the cache is; `off` where reads are not answered from it. */
export const StoreState = Type.Unsafe<'redis' | 'memory' | 'off' | 'unreachable'>({
  type: 'string',
  enum: ['redis', 'memory', 'off', 'unreachable'],
})
