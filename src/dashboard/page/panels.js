import { inPercent } from './charts.js'
import { element, find, replace, show } from './dom.js'
import { inBytes, inFull, inMilliseconds, inTime } from './format.js'

/** @typedef {import('./snapshot.js').Snapshot} Snapshot */
/** @typedef {[name: string, text: string, kind?: string]} Fact */

/** @param {Snapshot} snapshot */
export function showPanels({ process, requests, cache, store, drops }) {
  show('process', `${process.host} · pid ${process.pid} · up ${inTime(process.uptimeSeconds)}`)
  showTiles(requests)
  replace(find('notices', HTMLElement), noticesOf(cache, store))
  find('store-title', HTMLElement).replaceChildren(
    store.kind === 'redis' ? 'Redis' : 'Memory',
    element(
      'small',
      { class: 'scope' },
      store.kind === 'redis' ? 'common to all processes' : 'of this process alone',
    ),
  )
  replace(find('store', HTMLElement), factsOf(storeFacts(store)))
  replace(find('cache', HTMLElement), factsOf(cacheFacts(cache)))
  replace(
    find('drops', HTMLElement),
    drops.length === 0 ? [nothing('No write yet has dropped anything.')] : drops.map(dropItem),
  )
}

/** @param {Snapshot['requests']} requests */
function showTiles({ answers, latency, seconds }) {
  const { hit, miss, bypass, failed, other } = answers
  const reads = hit + miss + bypass
  show('ratio', reads === 0 ? '–' : inPercent(hit / reads))
  show('ratio-more', reads === 0 ? 'no reads in the last minute' : `${inFull(hit)} of ${inFull(reads)} reads`)
  const all = reads + failed + other
  show('rate', (all / seconds).toFixed(all / seconds < 10 ? 1 : 0))
  show('rate-more', `${inFull(all)} in the last minute`)
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

/** @param {Snapshot['cache']} cache @param {Snapshot['store']} store */
function noticesOf(cache, store) {
  /** @type {[string, 'warn' | 'bad'][]} */
  const notices = []
  if (!cache.on)
    notices.push(['The cache is off (CACHE=off): reads go to the database, writes still drop.', 'warn'])
  if (store.kind === 'memory')
    notices.push([
      'REDIS_URL is not set: the cache lives in this process alone, so run no other beside it.',
      'warn',
    ])
  else if (store.servers.length < store.asked || store.servers.length === 0)
    notices.push(['Redis cannot be reached: reads go to the database, and what writes drop is owed.', 'bad'])
  if (cache.owed > 0)
    notices.push([
      `${inFull(cache.owed)} tags are owed a drop: this process reads from the database until Redis takes it.`,
      'warn',
    ])
  return notices.map(([text, kind]) => element('p', { class: 'notice', 'data-kind': kind }, text))
}

/** @param {Snapshot['store']} store @returns {Fact[]} */
function storeFacts({ kind, asked, servers }) {
  if (kind === 'memory') return [['State', 'in use', 'good']]
  const [first] = servers
  if (!first) return [['State', 'unreachable', 'bad']]
  const sum = (/** @type {'memory' | 'maxMemory' | 'keys' | 'evicted'} */ name) =>
    servers.reduce((all, server) => all + server[name], 0)
  const limit = sum('maxMemory')
  const state = asked === 1 ? 'reachable' : `${servers.length} of ${asked} masters answer`
  return [
    ['State', state, servers.length === asked ? 'good' : 'bad'],
    ['Version', [...new Set(servers.map(({ version }) => version))].join(', ')],
    ['Up for', inTime(Math.min(...servers.map(({ uptimeSeconds }) => uptimeSeconds)))],
    [
      'Memory',
      `${inBytes(sum('memory'))} of ${limit === 0 ? 'no limit' : inBytes(limit)}`,
      limit === 0 ? 'warn' : undefined,
    ],
    ['Eviction', first.policy, first.policy.startsWith('allkeys-l') ? undefined : 'warn'],
    ['Evicted', inFull(sum('evicted'))],
    ['Keys', inFull(sum('keys'))],
  ].map(([name = '', text = '', kindOf]) => (kindOf === undefined ? [name, text] : [name, text, kindOf]))
}

/** @param {Snapshot['cache']} cache @returns {Fact[]} */
function cacheFacts(cache) {
  const { hit, stored, miss, bypass, failed } = cache.reads
  return [
    ['Breaker', cache.down ? 'open: Redis is not asked' : 'closed', cache.down ? 'bad' : 'good'],
    ['Owed drops', inFull(cache.owed), cache.owed > 0 ? 'warn' : 'plain'],
    ['Tags dropped', inFull(cache.dropped)],
    ['Prisma reads from the cache', inFull(hit)],
    ['… from the database', `${inFull(stored + miss + bypass)}, ${inFull(stored)} of them stored`],
    ['… failed', inFull(failed), failed > 0 ? 'warn' : 'plain'],
    ['Near level', cache.near === 0 ? 'off' : `${cache.near} MB`],
    ['Too large to store', inFull(cache.tooLarge)],
    ['Unreadable entries', inFull(cache.unreadable), cache.unreadable > 0 ? 'warn' : 'plain'],
  ]
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

/** @param {readonly string[]} tags */
export const tagList = (tags) =>
  element('ul', { class: 'tags' }, ...tags.map((tag) => element('li', { class: 'tag' }, tag)))

/** @param {string} text */
const nothing = (text) => element('li', { class: 'empty' }, text)
