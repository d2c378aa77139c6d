// `npm run site [-- --check]`: builds the pages as a site with search into build-site/pages. With --check it then opens every
// page in Chromium (CHROMIUM, or /usr/bin/chromium) and keeps pictures in build-site/pictures. The packages of site/ have a lock
// file of their own, and are installed when this is first called.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const site = join(root, 'site')

function node(...words: readonly string[]): void {
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(join(site, 'node_modules/@11ty'))) node(process.env.npm_execpath ?? '', 'ci', '--prefix', site)
rmSync(join(root, 'build-site'), { recursive: true, force: true })
node(join(site, 'node_modules/@11ty/eleventy/cmd.cjs'), '--config=site/eleventy.config.js')
node(join(site, 'node_modules/pagefind/lib/runner/bin.cjs'), '--site', 'build-site/pages', '--silent')
if (process.argv.includes('--check')) node('site/check.js')
