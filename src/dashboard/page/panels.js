import { inPercent } from './charts.js'
import { element, find, replace, show } from './dom.js'
import { inBytes, inFull, inMilliseconds, inTime } from './format.js'

/** @typedef {import('./snapshot.js').Snapshot} Snapshot */
/** @typedef {[name: string, text: string, kind?: string]} Fact */

/** @param {Snapshot} snapshot */
export function showPanels({ process, requests, cache, store, hot, drops }) {
  show('process', `${process.host} · pid ${process.pid} · up ${inTime(process.uptimeSeconds)}`)
  showTiles(requests)
  replace(find('notices', HTMLElement), noticesOf(cache, store))
  show('store-name', store.state === 'memory' ? 'Memory' : 'Redis')
  show('store-scope', store.state === 'memory' ? 'of this process alone' : 'common to all processes')
  replace(find('store', HTMLElement), factsOf(storeFacts(store)))
  replace(find('cache', HTMLElement), factsOf(cacheFacts(cache)))
  show(
    'hot-empty',
    hot.length > 0
      ? ''
      : 'Nothing has been read often yet: it takes some seconds until reads are counted here.',
  )
  replace(find('hot', HTMLElement), hot.map(hotRow))
  replace(find('dropped-of', HTMLElement), droppedOf(cache))
  show('drops-empty', drops.length > 0 ? '' : 'No write has dropped anything yet.')
  replace(find('drops', HTMLElement), drops.map(dropItem))
}

/** @param {Snapshot['requests']} requests */
function showTiles({ answers, latency, seconds }) {
  const { hit, miss, bypass, failed, other } = answers
  const reads = hit + miss + bypass
  show('ratio', reads === 0 ? '–' : inPercent(hit / reads))
  show('ratio-more', reads === 0 ? 'no reads in the last minute' : `${inFull(hit)} of ${inFull(reads)} reads`)
  const all = reads + failed + other
  show('rate', (all / seconds).toFixed(all / seconds < 10 ? 1 : 0))
  show('rate-more', `${inFull(all)} in a minute`)
  show('failed', inFull(failed))
  for (const kind of /** @type {const} */ (['hit', 'miss', 'database'])) {
    const { count, p50, p95 } = latency[kind]
    show(`${kind}-p50`, inMilliseconds(p50))
    show(
      `${kind}-more`,
      count === 0 ? 'none in the last minute' : `p95 ${inMilliseconds(p95)} ms · ${inFull(count)}`,
    )
  }
}

/** @param {string} text @param {'warn' | 'bad'} kind */
export const noticeOf = (text, kind) => element('p', { class: 'notice', 'data-kind': kind }, text)

/**
 * @param {Snapshot['cache']} cache
 * @param {Snapshot['store']} store
 */
function noticesOf({ owed }, { state }) {
  /** @type {[string, 'warn' | 'bad'][]} */
  const notices = []
  if (state === 'off')
    notices.push(['The cache is off (CACHE=off): reads go to the database, and writes still drop.', 'warn'])
  if (state === 'memory')
    notices.push([
      'REDIS_URL is not set: the cache lives in this process alone, so run no other beside it.',
      'warn',
    ])
  if (state === 'unreachable')
    notices.push(['Redis cannot be reached: reads go to the database, and what writes drop is owed.', 'bad'])
  if (owed > 0)
    notices.push([
      `The drop of ${inFull(owed)} tags is owed: this process asks the database until Redis has taken it.`,
      'warn',
    ])
  return notices.map(([text, kind]) => noticeOf(text, kind))
}

/**
 * @param {Snapshot['store']} store
 * @returns {Fact[]}
 */
function storeFacts({ state, servers }) {
  if (state === 'memory') return [['State', 'in use', 'good']]
  const [first] = servers
  if (!first) return [['State', 'unreachable', 'bad']]
  const sum = (/** @type {'memory' | 'maxmemory' | 'evictions' | 'hits' | 'misses'} */ name) =>
    servers.reduce((all, server) => all + server[name], 0)
  const limit = sum('maxmemory')
  return [
    ['State', servers.length === 1 ? 'reachable' : `${servers.length} masters, reachable`, 'good'],
    ['Version', [...new Set(servers.map(({ version }) => version))].join(', ')],
    [
      'Memory',
      `${inBytes(sum('memory'))} of ${limit === 0 ? 'no limit' : inBytes(limit)}`,
      limit === 0 ? 'warn' : 'plain',
    ],
    ['Eviction policy', first.policy, first.policy.startsWith('allkeys-l') ? 'plain' : 'warn'],
    ['Evicted keys', inFull(sum('evictions'))],
    ['Keys found, not found', `${inFull(sum('hits'))}, ${inFull(sum('misses'))}`],
  ]
}

/**
 * @param {Snapshot['cache']} cache
 * @returns {Fact[]}
 */
function cacheFacts(cache) {
  const { hit, stored, miss, bypass, failed } = cache.reads
  const { near, nearLimit, derived } = cache
  return [
    ['Breaker', cache.down ? 'open: Redis is not asked' : 'closed', cache.down ? 'bad' : 'good'],
    ['Owed drops', inFull(cache.owed), cache.owed > 0 ? 'warn' : 'plain'],
    ['Open intents', `${inFull(cache.intents)}, ${inFull(cache.swept)} swept`],
    ['Pages kept, not kept', `${inFull(derived.hits)}, ${inFull(derived.misses)}`],
    ['Reads from the cache', inFull(hit)],
    ['Reads from the database', inFull(stored + miss + bypass), 'plain'],
    [
      'Stored',
      `${inFull(cache.stored.count + derived.stored.count)}, ${inBytes(cache.stored.bytes + derived.stored.bytes)}`,
    ],
    ['Joined, leased', `${inFull(cache.joined)}, ${inFull(cache.leased)}`],
    ['Near level', nearLimit === 0 ? 'off' : `${inBytes(near.bytes)} of ${inBytes(2 * nearLimit)}`],
    ['Near hits', inFull(near.hits)],
    [
      'Too large, unreadable',
      `${inFull(cache.tooLarge)}, ${inFull(cache.unreadable)}`,
      cache.unreadable > 0 ? 'warn' : 'plain',
    ],
    ['Failed reads', inFull(failed), failed > 0 ? 'warn' : 'plain'],
  ]
}

/** @param {Snapshot['hot'][number]} read */
function hotRow({ name, reads, tags, stored }) {
  const age = stored?.age === undefined ? '' : inTime(stored.age)
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('code', {}, name), tagList([...new Set(tags.map(inShort))])),
    element('td', {}, inFull(Math.round(reads))),
    element('td', {}, stored ? age || 'yes' : 'not stored'),
    element('td', {}, stored ? inBytes(stored.bytes) : ''),
  )
}

/** @param {Snapshot['cache']} cache */
function droppedOf({ droppedOf }) {
  const models = Object.entries(droppedOf).sort(([, one], [, other]) => other - one)
  return models.map(([model, count]) => element('li', {}, `${model} `, element('strong', {}, inFull(count))))
}

/** @param {readonly Fact[]} facts */
const factsOf = (facts) =>
  facts.map(([name, text, kind = 'plain']) =>
    element('div', {}, element('dt', {}, name), element('dd', { 'data-kind': kind }, text)),
  )

/** @param {Snapshot['drops'][number]} drop */
function dropItem({ writes, tags, tagCount, secondsAgo, delivered }) {
  const names = [
    ...new Set(writes.map(({ model, operation }) => (model === null ? operation : `${model}.${operation}`))),
  ]
  const more = tagCount - tags.length
  return element(
    'li',
    {},
    element(
      'p',
      { class: 'head' },
      element('strong', {}, names.join(', ')),
      element('span', { class: 'more' }, `${delivered ? '' : 'owed · '}${inTime(secondsAgo)} ago`),
    ),
    tagList([...tags, ...(more > 0 ? [`and ${more} more`] : [])]),
  )
}

/**
 * What a page depends on is kept by the names of versions, where the values of a row set are a digest.
 *
 * @param {string} tag
 */
const inShort = (tag) => tag.replace(/:[\w-]{20,}$/, '[…]')

/** @param {readonly string[]} tags */
export const tagList = (tags) =>
  element('ul', { class: 'tags' }, ...tags.map((tag) => element('li', { class: 'tag' }, tag)))
