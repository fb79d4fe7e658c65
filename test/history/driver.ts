import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { Catalogue, type Request } from './catalogue.ts'
import type { Operation } from './checker.ts'
import { createRandom, type Random } from './random.ts'
import { holdReads, holdWrite } from './scenes.ts'

export interface Run {
  readonly history: readonly Operation[]
  readonly reads: number
  /** Reads that were answered from the cache alone. */
  readonly hits: number
  readonly writes: number
  /** Requests that a server did not answer, or with a 5xx. */
  readonly failed: number
}

export interface Load {
  readonly seed: number
  /** Whether there have been enough requests, beside the few that make the rows. */
  readonly enough: (asked: number) => boolean
}

/** Each sends one request after the other. */
const CLIENTS = 6
/** One request in so many is a write. */
const WRITES = 8
/** One of the clients makes a scene instead of every so manieth of its requests. */
const SCENES = 30
/** Failures after which there is no use in going on to make the first rows. */
const PATIENCE = 20

/** What a server answered; undefined where it did not. */
interface Answer {
  readonly status: number
  readonly cache: string
  readonly body: unknown
}

export const atLeast = (operations: number) => (asked: number) => asked >= operations

/** Makes random requests, from several clients at once, each to any of several servers. */
export class Driver {
  private readonly servers: readonly string[]
  private readonly database: string
  private runs = 0
  private numbers = 0

  /**
   * @param servers URLs of processes of the service
   * @param database URL of the database that they share
   */
  constructor(servers: readonly string[], database: string) {
    this.servers = servers
    this.database = database
  }

  /** Carries out a load on rows of its own, and tells what happened. */
  async run({ seed, enough }: Load): Promise<Run> {
    const catalogue = new Catalogue(this.runs++, () => ++this.numbers)
    const log = new Log()
    const random = createRandom(seed)
    const send = (request: Request) => this.send(request, random, log)
    for (const request of catalogue.setUp()) {
      if (log.failed > PATIENCE) throw new Error('the servers do not serve')
      await send(request)
    }

    let all = 0
    const client = async (random: Random, before?: (asked: number) => Promise<void>) => {
      let next: Request | undefined
      for (let asked = 0; !enough(all); asked++) {
        all++
        await before?.(asked)
        const request: Request =
          next ?? (random(WRITES) === 0 ? catalogue.write(random) : catalogue.read(random))
        await this.send(request, random, log)
        next = random(2) === 0 ? request.shownBy?.() : undefined
      }
    }
    const lock = new pg.Client({ connectionString: this.database })
    await lock.connect()
    try {
      const scene = async (asked: number) => {
        if (asked % SCENES === 0) await holdReads(lock, catalogue, send)
        if (asked % SCENES === SCENES / 2) await holdWrite(lock, catalogue, send)
      }
      const others = Array.from({ length: CLIENTS - 1 }, (_, index) => client(createRandom(seed + index + 1)))
      await Promise.all([client(random, scene), ...others])
    } finally {
      await lock.end()
    }
    return log.run()
  }

  private async send(request: Request, random: Random, log: Log): Promise<void> {
    const server = random(this.servers.length)
    const start = performance.now()
    const answer = await ask(`${this.servers[server]}${request.path}`, request)
    log.add(request, server, start, performance.now(), answer)
  }
}

async function ask(url: string, { method, body }: Request): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const cache = response.headers.get('cache-status') ?? ''
    return { status: response.status, cache, body: text === '' ? undefined : JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Keeps what happened, until what it meant is known. */
class Log {
  private readonly operations: (() => Operation)[] = []
  private reads = 0
  private hits = 0
  private writes = 0
  failed = 0

  add(request: Request, server: number, start: number, end: number, answer: Answer | undefined): void {
    const { method, path, body, changes, tells } = request
    const { status = 0, cache = '' } = answer ?? {}
    const lost = status === 0 || status >= 500
    const done = status >= 200 && status < 300
    if (lost) this.failed++
    else if (method === 'GET') this.reads++
    else if (done) this.writes++
    if (cache.endsWith('; hit')) this.hits++

    const missing = method === 'GET' && status === 404
    const told = done || missing ? tells?.(missing ? undefined : answer?.body) : undefined
    if (method === 'GET' && !lost && !done && !missing)
      throw new Error(`${method} ${path} was refused: ${status} ${JSON.stringify(answer?.body)}`)
    const name = [method, path, body && JSON.stringify(body), `at server ${server}`, status || 'lost', cache]
    this.operations.push(() => ({
      name: name.filter(Boolean).join(' '),
      server,
      start,
      end: lost ? Infinity : end,
      sets: [],
      sees: [],
      adds: [],
      counts: [],
      ...told,
      ...(done || lost ? changes?.() : undefined),
    }))
  }

  run(): Run {
    const { reads, hits, writes, failed } = this
    return { history: this.operations.map((operation) => operation()), reads, hits, writes, failed }
  }
}
