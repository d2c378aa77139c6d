// Where each page of the repository is on the site, and what a link of a page becomes there.
import { posix } from 'node:path'

/** `docs/how-to/proxies.md` is at `how-to/proxies/`, README.md at the top. Ends with a slash, or is empty. */
export function addressOf(file) {
  if (file === 'README.md') return ''
  if (file === 'docs/README.md') return 'pages/'
  return `${file
    .replace(/^docs\//, '')
    .replace(/(?:^|\/)README\.md$/, '')
    .replace(/\.md$/, '')
    .toLowerCase()}/`
}

/** From one address to another, so that the site may be below any folder. */
export function relativeAddress(from, to) {
  const path = posix.relative(`/${from}`, `/${to}`)
  return path === '' ? './' : `${path}${/\.\w+$/.test(path) ? '' : '/'}`
}

/**
 * A link of a page. To another page: its address here. To any other file: that file on GitHub. Others stay.
 * `files` are the pages of the site, `repository` is the address of the released files on GitHub.
 */
export function linkOnSite(link, page, files, repository) {
  if (/^[a-z]+:/i.test(link) || link.startsWith('#')) return link
  const [path, anchor] = link.split('#')
  const file = posix.normalize(posix.join(posix.dirname(page), path))
  const there = [file, posix.join(file, 'README.md')].find((name) => files.has(name))
  const fragment = anchor === undefined ? '' : `#${anchor}`
  if (there === undefined) return `${repository}/${file}${fragment}`
  return `${relativeAddress(addressOf(page), addressOf(there))}${fragment}`
}
