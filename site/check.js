// Opens every page of the built site in Chromium, as a reader does: wide and narrow, light and dark. Prints what is wrong.
// Checked: links and anchors, horizontal scrolling, WCAG 2.2 AA (axe), the console, requests to other hosts, the search,
// the button that copies a block.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { serve } from './server.js'

const folder = join(import.meta.dirname, '../build-site/pages')
const pictures = join(import.meta.dirname, '../build-site/pictures')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const views = [
  { name: 'wide', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: 'narrow', viewport: { width: 375, height: 800 }, colorScheme: 'dark' },
]
const kept = {
  first: '',
  'first-deploy': 'first-deploy/',
  reference: 'slipway-yml/',
  troubleshooting: 'troubleshooting/',
}
const searches = [
  ['OutOfMemoryError', 'troubleshooting/'],
  ['canary-percent', 'actions/deploy/'],
  ['monorepo', 'how-to/'],
]

const problems = []
const addresses = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('index.html'))
  .map((name) => name.slice(0, -'index.html'.length))
  .toSorted()
const seen = new Map()

const server = await serve(folder)
// Our own pages, from loopback: playwright starts Chromium without its sandbox, which containers and root do not have.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium' })
try {
  await Promise.all(views.map(checkView))
  for (const [address, { links }] of seen) checkLinks(address, links)
} finally {
  await browser.close()
  server.close()
}
for (const problem of problems) console.error(problem)

// A page in a view, a search and a copied block are one check each; it fails however much is wrong. The form is that of Jest's --json.
const checks = views.length * (addresses.length + searches.length + 1)
const failed = Math.min(new Set(problems.map((problem) => problem.split(': ')[0])).size, checks)
const results = { numPassedTests: checks - failed, numFailedTests: failed, numRuntimeErrorTestSuites: 0 }
writeFileSync(join(pictures, '../results.json'), JSON.stringify(results))
console.log(`${addresses.length} pages, wide and narrow: ${checks - failed} checks passed, ${failed} failed`)
console.log('Pictures: build-site/pictures')
process.exitCode = failed === 0 ? 0 : 1

async function checkView(view) {
  const context = await browser.newContext({ viewport: view.viewport, colorScheme: view.colorScheme })
  // Only what hangs ends here: no check depends on the speed of the machine.
  context.setDefaultTimeout(300_000)
  const tab = await context.newPage()
  let at = ''
  const report = (problem) => problems.push(`${view.name} /${at}: ${problem}`)
  tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && report(`console: ${message.text()}`))
  tab.on('pageerror', (error) => report(`error: ${error.message}`))
  tab.on('response', (response) => response.status() >= 400 && report(`${response.status()} ${response.url()}`))
  await context.route('**', (route) => {
    const url = route.request().url()
    if (url.startsWith(server.origin) || url.startsWith('data:')) return route.continue()
    report(`requests ${url}`)
    return route.abort()
  })
  for (at of addresses) {
    await tab.goto(`${server.origin}/${at}`, { waitUntil: 'load' })
    await checkPage(tab, at, report)
    const [picture] = Object.entries(kept).find(([, address]) => address === at) ?? []
    if (picture) await tab.screenshot({ path: join(pictures, `${picture}-${view.name}.png`) })
  }
  for (const [words, expected] of searches) {
    at = `search?${words}`
    await checkSearch(tab, words, expected, report)
  }
  await tab.screenshot({ path: join(pictures, `search-${view.name}.png`) })
  at = 'copy'
  await checkCopy(tab, report)
  await context.close()
}

async function checkPage(tab, address, report) {
  const page = await tab.evaluate(() => ({
    links: [...document.querySelectorAll('a[href]')].map((link) => link.href),
    anchors: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    width: document.documentElement.scrollWidth,
    room: document.documentElement.clientWidth,
  }))
  if (page.width > page.room) report(`scrolls horizontally: ${page.width} px in ${page.room} px`)
  if (new Set(page.anchors).size < page.anchors.length) report('has an id twice')
  seen.set(address, { links: new Set(page.links), anchors: new Set(page.anchors) })
  await tab.evaluate(axe)
  const found = await tab.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => ({ id, html, failureSummary })),
    )
  })
  for (const { id, html, failureSummary } of found)
    report(`${id}: ${html.slice(0, 120)} ${failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`)
}

function checkLinks(address, links) {
  for (const link of links) {
    const url = new URL(link)
    if (url.origin !== server.origin) continue
    const target = seen.get(url.pathname.slice(1))
    if (target === undefined) problems.push(`links /${address}: there is no page ${url.pathname}`)
    else if (url.hash !== '' && !target.anchors.has(decodeURIComponent(url.hash.slice(1))))
      problems.push(`links /${address}: ${url.pathname} has no ${url.hash}`)
  }
}

async function checkCopy(tab, report) {
  await tab.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await tab.locator('.block:has(.language-sh) button').first().click()
  await tab.getByRole('button', { name: 'Copied' }).waitFor()
  const copied = await tab.evaluate(() => navigator.clipboard.readText())
  if (!copied.includes('npm run demo')) report(`the button of npm run demo copies ${JSON.stringify(copied)}`)
}

async function checkSearch(tab, words, expected, report) {
  await tab.goto(`${server.origin}/`)
  await tab.fill('#search input', words)
  await tab.waitForFunction(() => document.querySelector('#search [role=status]').textContent !== '')
  const links = await tab.evaluate(() => [...document.querySelectorAll('#search ol a')].map((link) => link.href))
  if (!links.some((link) => link.startsWith(`${server.origin}/${expected}`)))
    report(`does not find /${expected}: ${links.join(' ')}`)
}
