import { StoreRefusalError } from './store.ts'

/** @throws StoreRefusalError for what Redis answers with an error */
export const answered = <T>(command: Promise<T>): Promise<T> => command.catch(refuse)

function refuse(error: unknown): never {
  // Not by its class, of which there is another one in each ioredis that is installed.
  if (error instanceof Error && error.name === 'ReplyError')
    throw new StoreRefusalError(String(error), { cause: error })
  throw error
}
