import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Owner } from './database.ts'

const CHROMIUM = '/usr/bin/chromium'

/** It talks to nobody but us. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Chromium, installed where that can be done. */
function chromiumPath(): string {
  if (existsSync(CHROMIUM)) return CHROMIUM
  try {
    const apt = (...args: string[]) => execFileSync('apt-get', ['-qq', ...args], { stdio: 'ignore' })
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'chromium')
  } catch {
    // Not Debian, or not root; what follows says what to do.
  }
  if (existsSync(CHROMIUM)) return CHROMIUM
  throw new Error(
    `the dashboard is tested in Chromium: install it as ${CHROMIUM} (Debian's package chromium)`,
  )
}

/** A browser without a window and with nothing in its profile, closed when the test ends. */
export async function startBrowser(owner: Owner): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'hotshelf-browser-'))
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: true,
    args: QUIET,
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  })
  owner.teardown(async () => {
    await browser.close()
    await rm(profile, { recursive: true, force: true })
  })
  return browser
}

/** A page at an address, and what it complains of: errors, and what its Content-Security-Policy forbids. */
export async function openPage(browser: BrowserContext, url: string) {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  return { page, complaints }
}

/** What makes a page hard to use for some, as axe finds it. */
export async function hindrances(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which no Content-Security-Policy binds.
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, 'axe').run()
    return violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
      [id, ...nodes.map(({ html }) => html.slice(0, 200))].join(' '),
    )
  })
}
