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

/** Measures what is asked for, and writes it down. */
export async function runBenchmark(start: Start, options: Options): Promise<Results> {
  const scene = await createScene(start, options)
  const servers = await Promise.all(scene.variants.map((variant) => scene.startServer(variant)))
  const results = await measure(scene, servers)
  await mkdir(options.out, { recursive: true })
  const write = (name: string, text: string) => writeFile(join(options.out, name), text)
  await write('results.json', `${JSON.stringify(results, null, 2)}\n`)
  await write('results.md', markdownOf(results))
  if (results.reads.length > 0) await write('results.svg', plotOf(results.reads))
  return results
}

async function measure(scene: Scene, servers: readonly Server[]): Promise<Results> {
  const part = async <T>(name: Part, take: () => Promise<T[]>): Promise<T[]> => {
    if (!scene.options.parts.includes(name)) return []
    await scene.clear()
    scene.say(name)
    return take()
  }
  const measured = {
    about: await aboutOf(scene),
    // What is constant for one of the variants is read before anything is written.
    reads: await part('reads', () => measureReads(scene, servers)),
    mixes: await part('mixes', () => measureMixes(scene, servers)),
    crowd: await part('crowd', () => measureCrowd(scene, servers)),
    firstReads: await part('first-reads', () => measureFirstReads(scene, servers)),
    writes: await part('writes', () => measureWrites(scene, servers)),
    tags: await part('tags', () => measureTags(scene)),
    memory: await part('memory', () => measureMemory(scene)),
  }
  return { ...measured, goals: goalsOf(measured) }
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
