import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Answered {
  readonly status: number | undefined
  readonly cache: string
  readonly body: string
  /** From the request's first byte to the answer's last. */
  readonly milliseconds: number
}

/** Makes one request. */
export async function ask(
  agent: Agent,
  url: string,
  write?: Readonly<Record<string, unknown>>,
): Promise<Answered> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const body = write && JSON.stringify(write)
    const headers = body ? { 'content-type': 'application/json', 'content-length': body.length } : {}
    const sent = request(url, { agent, method: body ? 'PATCH' : 'GET', headers }, (response) => {
      text(response).then((body) => {
        const { 'cache-status': cache } = response.headers
        const milliseconds = performance.now() - start
        resolve({ status: response.statusCode, cache: String(cache), body, milliseconds })
      }, reject)
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

const AT_ONCE = 8
const some = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

/** Asks for some paths once, a few at a time. */
export async function each({ url, paths }: { url: string; paths: readonly string[] }): Promise<void> {
  const left = [...new Set(paths)].values()
  const work = async () => {
    for (const path of left) await ask(some, `${url}${path}`)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** The values that are written, each another one. */
let value = 0

export interface Writing {
  readonly url: string
  readonly id: number
}

/** Writes a book once. Milliseconds; an Error where it was not written. */
export async function writeLatency({ url, id }: Writing): Promise<number> {
  const { status, milliseconds } = await ask(agent, `${url}/books/${id}`, { ratingsCount: ++value })
  if (status !== 200) throw new Error(`a write was answered with ${status}`)
  return milliseconds
}

export interface FirstReads {
  readonly url: string
  readonly times: number
  /** Milliseconds from the answer to a write to the read. */
  readonly later: number
}

/** Reads that make a list a hot one. */
const HEAT = 20

/** Writes books of a list that is read all the time, and tells how many of the reads some time later are hits. */
export async function firstReads({ url, times, later }: FirstReads): Promise<{ hits: number }> {
  const list = `${url}/books?limit=20`
  let hits = 0
  for (let round = 0; round < times; round++) {
    for (let read = 0; read < HEAT; read++) await ask(agent, list)
    const { data }: { data: readonly { id: number; ratingsCount: number }[] } = JSON.parse(
      (await ask(agent, list)).body,
    )
    const book = data[round % data.length]
    if (!book) throw new Error('the list is empty')
    await ask(agent, `${url}/books/${book.id}`, { ratingsCount: book.ratingsCount + 1 })
    await sleep(later)
    if ((await ask(agent, list)).cache.endsWith('; hit')) hits++
  }
  return { hits }
}
