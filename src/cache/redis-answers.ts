import { ReplyError } from 'ioredis'
import { StoreRefusalError } from './store.ts'

/** @throws StoreRefusalError for what Redis answers with an error */
export async function answered<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (error) {
    if (error instanceof ReplyError) throw new StoreRefusalError(String(error), { cause: error })
    throw error
  }
}
