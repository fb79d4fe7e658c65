import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Start } from '../scripts/services/run-command.ts'
import { goalsOf } from './goals.ts'
import { markdownOf } from './markdown.ts'
import { measureCrowd, measureFirstReads } from './measure-crowd.ts'
import { measureMemory, measureTags } from './measure-entries.ts'
import { measureMixes } from './measure-mixes.ts'
import { measureReads } from './measure-reads.ts'
import { measureWrites } from './measure-writes.ts'
import type { Options, Part } from './options.ts'
import { plotOf } from './plot.ts'
import type { Results } from './results.ts'
import { createScene, type Scene, type Server } from './scene.ts'

type Measured = Omit<Results, 'goals'>

/** Measures what is asked for, and writes down after each part what there is by then. */
export async function runBenchmark(start: Start, options: Options): Promise<Results> {
  const scene = await createScene(start, options)
  const servers = await Promise.all(scene.variants.map((variant) => scene.startServer(variant)))
  await mkdir(options.out, { recursive: true })
  let measured: Measured = {
    about: await aboutOf(scene),
    reads: [],
    mixes: [],
    crowd: [],
    firstReads: [],
    writes: [],
    tags: [],
    memory: [],
  }
  for (const [name, take] of Object.entries(partsOf(scene, servers))) {
    if (!options.parts.some((part) => part === name)) continue
    await scene.clear()
    scene.say(name)
    measured = { ...measured, ...(await take()) }
    await writeDown(options.out, { ...measured, goals: goalsOf(measured) })
  }
  return { ...measured, goals: goalsOf(measured) }
}

/** In this order: what is constant for one of the variants is read before anything is written. */
const partsOf = (
  scene: Scene,
  servers: readonly Server[],
): Record<Part, () => Promise<Partial<Measured>>> => ({
  reads: async () => ({ reads: await measureReads(scene, servers) }),
  mixes: async () => ({ mixes: await measureMixes(scene, servers) }),
  crowd: async () => ({ crowd: await measureCrowd(scene, servers) }),
  'first-reads': async () => ({ firstReads: await measureFirstReads(scene, servers) }),
  tags: async () => ({ tags: await measureTags(scene) }),
  memory: async () => ({ memory: await measureMemory(scene) }),
  writes: async () => ({ writes: await measureWrites(scene, servers) }),
})

async function writeDown(folder: string, results: Results): Promise<void> {
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  await write('results.json', `${JSON.stringify(results, null, 2)}\n`)
  await write('results.md', markdownOf(results))
  if (results.reads.length > 0) await write('results.svg', plotOf(results.reads))
}

async function aboutOf({ options, redis, popular }: Scene): Promise<Results['about']> {
  const { quick, rounds, seconds, connections, file } = options
  const version = /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown'
  return {
    quick,
    rounds,
    seconds,
    connections,
    catalogue: file === undefined ? 'the sample, scaled' : 'a file',
    books: popular.books.length,
    processors: cpus().length,
    node: process.version,
    redis: version,
  }
}
