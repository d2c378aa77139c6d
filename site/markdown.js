// GitHub's Markdown as GitHub renders it, as far as the pages use it: anchors of headings, links between files, wide tables.
import Prism from 'prismjs'
import 'prismjs/components/prism-bash.js'
import 'prismjs/components/prism-docker.js'
import 'prismjs/components/prism-hcl.js'
import 'prismjs/components/prism-json.js'
import 'prismjs/components/prism-yaml.js'
import { anchorsIn } from '../scripts/anchors.ts'
import { linkOnSite } from './addresses.js'

const languages = { sh: 'bash', yml: 'yaml', dockerfile: 'docker', jsonc: 'json' }

/** Sets up a markdown-it. `files` are the pages of the site; the page that is rendered is `env.page.source`. */
export function arrangeMarkdown(markdown, { files, repository }) {
  markdown.set({ html: true, highlight: (code, name) => highlighted(code, languages[name] ?? name) })
  markdown.core.ruler.push('slipway', ({ tokens, env }) => {
    nameHeadings(tokens)
    dropBadges(tokens)
    for (const token of tokens)
      followLinks(token.children ?? [], (link) => linkOnSite(link, env.source, files, repository))
  })
  const fence = markdown.renderer.rules.fence
  markdown.renderer.rules.fence = (...args) => fence(...args).replace('<pre', '<pre tabindex="0"')
  markdown.renderer.rules.table_open = () => '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>'
  markdown.renderer.rules.table_close = () => '</table></div>'
}

function highlighted(code, language) {
  const grammar = Prism.languages[language]
  return grammar === undefined ? '' : Prism.highlight(code, grammar, language)
}

function nameHeadings(tokens) {
  const headings = tokens.flatMap((token, at) =>
    token.type === 'heading_open' ? [{ token, text: tokens[at + 1] }] : [],
  )
  const anchors = anchorsIn(headings.map(({ text }) => text.content))
  headings.forEach(({ token }, at) => {
    token.attrSet('id', anchors[at])
  })
}

const isElsewhere = ({ type, attrs }) => type === 'image' && /^https?:/.test(new Map(attrs).get('src'))

/** Images of other hosts, and their paragraph: a page needs nothing but the site. */
function dropBadges(tokens) {
  for (const [at, { children }] of tokens.entries()) {
    if (!children?.some(isElsewhere)) continue
    for (const token of tokens.slice(at - 1, at + 2))
      Object.assign(token, { type: 'text', content: '', children: [], tag: '' })
  }
}

function followLinks(tokens, target) {
  for (const token of tokens) {
    if (token.type === 'link_open') token.attrSet('href', target(token.attrGet('href')))
    if (token.type === 'image') token.attrSet('src', `@/${token.attrGet('src')}`)
  }
}
