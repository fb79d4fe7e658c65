import { Command } from 'commander'
import JSON5 from 'json5'
import { explained } from '../admin/explained.ts'
import { hottest } from '../admin/hottest.ts'
import { redisStateOf } from '../admin/redis-state.ts'
import { serviceStats } from '../admin/service-stats.ts'
import { argumentJson, CacheOptionError, reviveArguments } from '../cache/index.ts'
import { explainLines, hotLines, serviceLines, statsLines } from './cache-lines.ts'
import { MOST_SECONDS, wholeNumber } from './run-main.ts'
import { watchCache, watchLine } from './watch-cache.ts'
import { withCache } from './with-cache.ts'

interface Json {
  readonly json?: true
}

/** The command line of the cache. What its commands throw is told in one line by whoever runs it. */
export function createCacheCommand(): Command {
  const program = new Command('npx tsx scripts/cache.ts')
    .description('Looks at the cache that DATABASE_URL and REDIS_URL name, and drops what it holds.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(inOneLine(text)) })
    .addHelpText(
      'after',
      '\nEach command has a --help of its own. The exit status is 0, or 1 with a line that says why.',
    )
  const command = (usage: string, description: string, ...examples: string[]) =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'as JSON, for programs')
      .addHelpText(
        'after',
        ['\nExamples:', ...examples.map((example) => `  npx tsx scripts/cache.ts ${example}`)].join('\n'),
      )

  command('stats', 'How Redis is and what the cache has in it.', 'stats', 'stats --url http://127.0.0.1:3000')
    .option('--url <url>', 'of a running service, whose own counts are told as well')
    .action(stats)
  command(
    'explain',
    'How a query is cached and which writes drop it, or why it is not cached.',
    `explain Book findUnique '{ where: { id: 7 } }'`,
    `explain Review findMany '{ where: { createdAt: { gt: { $: ["date", "2026-01-01"] } } } }'`,
  )
    .argument('<model>', 'as in the Prisma schema')
    .argument('<operation>', 'findMany, findUnique, count, …')
    .argument(
      '[arguments]',
      'as JSON, with names unquoted where you like; dates and the like as `hot` shows them',
      '{}',
    )
    .action(explain)
  command('drop', 'Drops what reaches a model, in the service too.', 'drop Book Author', 'drop --all')
    .argument('[models...]', 'as in the Prisma schema')
    .option('--all', 'everything')
    .action(drop)
  command(
    'hot',
    'What is read most, by all processes: each hour counts half of the next.',
    'hot',
    'hot --top 100 --json',
  )
    .option('--top <number>', 'how many', '20')
    .action(hot)
  command('watch', 'What goes on in Redis, line by line, until Ctrl-C.', 'watch', 'watch --every 10 --json')
    .option('--every <seconds>', 'between two lines', '1')
    .action(watch)
  return program
}

/** `error: …`, with a suggestion on a line of its own. */
const inOneLine = (text: string): string =>
  `${text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')}\n`

function say(json: true | undefined, answer: unknown, lines: () => readonly string[]): void {
  console.log(json ? JSON.stringify(answer) : lines().join('\n'))
}

async function stats({ json, url }: Json & { url?: string }): Promise<void> {
  const [redis, service] = await withCache(({ redis, config }) =>
    Promise.all([
      redisStateOf(redis, config.CACHE_NAMESPACE),
      url === undefined ? undefined : serviceStats(url, config.API_TOKEN),
    ]),
  )
  const answer = { redis, ...(service && { service }) }
  say(json, answer, () => [
    ...statsLines(redis),
    ...(service ? ['', `${url}`, ...serviceLines(service)] : []),
  ])
}

async function explain(model: string, operation: string, text: string, { json }: Json): Promise<void> {
  const args = argumentsOf(text)
  const told = await withCache(({ database }) => explained(database, model, operation, args))
  say(json, told, () => explainLines(told))
}

function argumentsOf(text: string): object {
  let args: unknown
  try {
    args = reviveArguments(JSON5.parse(text))
  } catch (error) {
    throw new Error(`the arguments cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    throw new Error('the arguments must be an object, such as { where: { id: 7 } }')
  return args
}

async function drop(models: readonly string[], { json, all }: Json & { all?: true }): Promise<void> {
  if (models.length > 0 === (all === true))
    throw new Error('name the models whose queries to drop, or --all of them')
  await withCache(({ database }) =>
    database.$cache.drop(...models).catch((error) => {
      if (error instanceof CacheOptionError) throw error
      // What a process owes is lost with it.
      throw new Error('Redis does not answer: what was to be dropped may be there yet, so run this again')
    }),
  )
  say(json, { dropped: all ? 'all' : models }, () => [
    `dropped ${all ? 'everything' : `what reaches ${models.join(', ')}`}`,
  ])
}

async function hot({ json, top }: Json & { top: string }): Promise<void> {
  const most = wholeNumber('--top', top, 1) ?? 0
  const list = await withCache(({ database }) => hottest(database, most))
  const plain = list.map(({ query, ...more }) => ({
    ...more,
    ...(query && { query: { ...query, args: JSON.parse(argumentJson(query.args)) } }),
  }))
  say(json, plain, () => hotLines(list))
}

async function watch({ json, every }: Json & { every: string }): Promise<void> {
  const seconds = wholeNumber('--every', every, 1, MOST_SECONDS) ?? 1
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  // Whoever read it has seen enough.
  process.stdout.once('error', () => stop.abort())
  await withCache(({ redis, config }) =>
    watchCache(redis, { namespace: config.CACHE_NAMESPACE, seconds, signal: stop.signal }, (watched) =>
      say(json, watched, () => [watchLine(watched)]),
    ),
  )
}
