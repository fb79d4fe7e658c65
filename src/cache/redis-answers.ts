import { StoreRefusalError } from './store.ts'

/** @throws StoreRefusalError for what Redis answers with an error */
export async function answered<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (error) {
    // Not by its class, of which there is another one in each ioredis that is installed.
    if (error instanceof Error && error.name === 'ReplyError')
      throw new StoreRefusalError(String(error), { cause: error })
    throw error
  }
}
