import { Agent } from 'node:http'
import { ask } from './load-singly.ts'

export interface Crowd {
  readonly urls: readonly string[]
  readonly path: string
  /** All together. */
  readonly requests: number
}

/** Asks several servers for one path, all at once, on connections that are there before. */
export async function crowd({
  urls,
  path,
  requests,
}: Crowd): Promise<{ failed: number; milliseconds: number }> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: requests })
  const all = (path: string) =>
    Promise.all(
      Array.from({ length: requests }, (_, index) => ask(agent, `${urls[index % urls.length]}${path}`)),
    )
  await all('/health/live')
  const start = performance.now()
  const answers = await all(path)
  const milliseconds = performance.now() - start
  agent.destroy()
  return { failed: answers.filter(({ status }) => status !== 200).length, milliseconds }
}
