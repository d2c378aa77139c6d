// The frame of a page: navigation, search, the page, its headings.
import { addressOf, relativeAddress } from './addresses.js'

/** A whole HTML document. `content` is the rendered page, `groups` are those of scripts/pages.ts. */
export function pageHtml({ content, title, purpose, source, groups, home, repository, released }) {
  const here = addressOf(source)
  const top = here === '' ? './' : relativeAddress(here, '')
  const name = source === home.file ? title : `${title} · Slipway`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<meta name="description" content="${escaped(purpose.replaceAll('`', ''))}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${top}style.css">
<script src="${top}search.js" type="module"></script>
<script src="${top}copy.js" type="module"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the page</a>
<header><a class="name" href="${top}">Slipway</a><form id="search" role="search"><input type="search" placeholder="Search" aria-label="Search" autocomplete="off"><span role="status"></span><ol hidden></ol></form><a class="code" href="${repository}">GitHub</a></header>
<div class="frame">
<nav aria-label="Pages"><details open><summary>All pages</summary>${groups.map((group) => groupHtml(group, source)).join('')}</details></nav>
<main id="content" data-pagefind-body>
${content.replaceAll('"@/docs/', `"${top}`).replaceAll('"@/', `"${top}`)}
<p class="source" data-pagefind-ignore><a href="${released}/${source}">This page on GitHub</a></p>
</main>
${headingsHtml(content)}
</div>
<script>
const nav = document.querySelector('nav')
if (innerWidth < 1000) nav.firstElementChild.open = false
nav.scrollTop = (nav.querySelector('[aria-current]')?.offsetTop ?? 0) - nav.clientHeight / 2
</script>
</body>
</html>
`
}

/** Only the group of the page lists its decisions: there are many. */
function groupHtml({ name, pages }, source) {
  const shown = pages.filter(({ file }) => !/^docs\/decisions\/(?!README)/.test(file) || file === source)
  const links = shown.map((page) => {
    const current = page.file === source ? ' aria-current="page"' : ''
    return `<li><a href="${relativeAddress(addressOf(source), addressOf(page.file))}"${current}>${escaped(page.title)}</a></li>`
  })
  return `<h2>${name}</h2><ul>${links.join('')}</ul>`
}

function headingsHtml(content) {
  const headings = [...content.matchAll(/<h([23]) id="([^"]*)"[^>]*>(.*?)<\/h\1>/g)]
  if (headings.length < 2) return '<div class="headings"></div>'
  const links = headings.map(([, depth, id, text]) => {
    return `<li class="h${depth}"><a href="#${id}">${text.replace(/<\/?a\b[^>]*>/g, '')}</a></li>`
  })
  return `<nav class="headings" aria-label="On this page"><h2>On this page</h2><ul>${links.join('')}</ul></nav>`
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
