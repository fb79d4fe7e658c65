import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HotReads } from '../../src/cache/hot-reads.ts'
import { memoryStore } from '../../src/cache/index.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { step } from './actor.ts'
import { namelessText } from './nameless-text.ts'
import type { Play } from './scheduler.ts'
import { StaleReads } from './stale-reads.ts'
import { slowExchange, steppedStore } from './stepped-store.ts'

/** The parts of a cache, of this project or of a copy of it. */
export interface CacheParts {
  readonly drops: typeof import('../../src/cache/drops.ts')
  readonly intents: typeof import('../../src/cache/intents.ts')
  readonly lookups: typeof import('../../src/cache/lookups.ts')
  readonly options: typeof import('../../src/cache/options.ts')
  readonly reads: typeof import('../../src/cache/reads.ts')
  readonly refills: typeof import('../../src/cache/refills.ts')
  readonly sources: typeof import('../../src/cache/sources.ts')
  readonly writes: typeof import('../../src/cache/writes.ts')
}

/** @param folder that of a project */
export async function loadParts(folder: string): Promise<CacheParts> {
  const load = (file: string) => import(pathToFileURL(join(folder, 'src/cache', file)).href)
  return {
    drops: await load('drops.ts'),
    intents: await load('intents.ts'),
    lookups: await load('lookups.ts'),
    options: await load('options.ts'),
    reads: await load('reads.ts'),
    refills: await load('refills.ts'),
    sources: await load('sources.ts'),
    writes: await load('writes.ts'),
  }
}

export interface Cast {
  readonly readers: number
  readonly writers: number
  /** Whether all are in one process, where readers may share a database call, or each in its own. */
  readonly together: boolean
  /** Whether the row has been read before. */
  readonly warm: boolean
  /** Whether the store's commands reach one key at a time. */
  readonly cluster: boolean
  /** Whether processes keep entries in their own memory, too. */
  readonly near: boolean
  /** Whether answers are under way for a while, which matters only where processes have parts at the same time. */
  readonly slow: boolean
}

/** Bytes: more than there are. */
const NEAR = 100_000
const LENS = { omit: undefined, computed: {}, strict: false }
const CALL = {
  model: 'Author',
  operation: 'findUnique',
  args: { where: { id: 1 } },
  dataPath: [],
  lens: LENS,
}
const UPDATE = {
  model: 'Author',
  operation: 'update',
  args: { where: { id: 1 }, data: { name: 'next' } },
  told: { where: { id: 1 }, data: { name: 'next' } },
  lens: LENS,
  dataPath: [],
  transaction: undefined,
}

export function playOneRow(
  parts: CacheParts,
  { readers, writers, together, warm, cluster, near, slow }: Cast,
) {
  const memory = memoryStore()
  const seen = new Set<string>()
  const exchange = slow ? slowExchange : step
  const store = steppedStore(memory, exchange, cluster, seen)
  const settings = parts.options.settingsOf({ schema, store })

  return async (): Promise<Play> => {
    await memory.drop([...seen])
    /** The row's value counts the commits, so that the older of two is the lesser. */
    let committed = 0
    const stale = new StaleReads()

    const createProcess = () => {
      const drops = new parts.drops.Drops(store, [])
      const intents = new parts.intents.Intents(store, settings.namespace, settings.crashBound, drops)
      const held = near ? parts.lookups.createNear<string>(NEAR) : undefined
      const trust = { known: () => drops.owing === 0, settled: () => drops.settled() }
      const lookups = new parts.lookups.Lookups(
        parts.lookups.gatherGets(store, trust.known),
        trust,
        String,
        held,
      )
      const watch = parts.sources.createWatch()
      return {
        near: held,
        reads: new parts.reads.Reads(settings, lookups, {
          refills: new parts.refills.Refills(0),
          hotReads: new HotReads(undefined, settings.namespace, 0),
          watch,
        }),
        writes: new parts.writes.Writes(settings, drops, intents, watch),
      }
    }
    type Process = ReturnType<typeof createProcess>

    const read = ({ reads }: Process) => stale.read(() => reads.carryOut(CALL, false, ask))

    const ask = () => exchange('database', async () => ({ id: 1, name: String(committed) }))

    async function write({ writes }: Process): Promise<void> {
      let own = 0
      const query = async () => {
        await step('statement', async () => {})
        own = await step('commit', async () => ++committed)
        return { id: 1, name: String(own) }
      }
      await writes.carryOut({ ...UPDATE, query })
      await step('return', async () => stale.returned(own))
    }

    const shared = createProcess()
    const readerProcesses = Array.from({ length: readers }, () => (together ? shared : createProcess()))
    const writerProcesses = Array.from({ length: writers }, () => (together ? shared : createProcess()))
    const processes = [...new Set([shared, ...readerProcesses])]
    if (warm) for (const process of processes) await read(process)
    return {
      actors: Object.fromEntries([
        ...readerProcesses.map((process, index) => [`reader ${index}`, () => read(process)]),
        ...writerProcesses.map((process, index) => [`writer ${index}`, () => write(process)]),
      ]),
      async state(actors) {
        const names = [...seen].sort()
        const texts = await memory.get(names)
        const held = names.flatMap((name, index) => (texts[index] === null ? [] : [[name, texts[index]]]))
        // What a process holds is its readers' memory, too.
        const near = ({ near }: Process) => [...(near?.entries() ?? [])].map(([, entry]) => entry)
        const standing = actors.map((actor, index) => {
          const process = readerProcesses[index]
          return process ? { ...actor, told: [...actor.told, near(process)] } : actor
        })
        return namelessText(standing, [committed, stale.promised, held])
      },
      async end() {
        for (const process of processes) await read(process)
      },
    }
  }
}
