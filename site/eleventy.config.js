// The site: every page of the repository, as it is in Git. Nothing is written for the site alone.
import { majorTag, pageGroups, readPage } from '../scripts/pages.ts'
import { addressOf } from './addresses.js'
import { pageHtml } from './layout.js'
import { arrangeMarkdown } from './markdown.js'

const repository = 'https://github.com/your-org/slipway'
const released = `${repository}/blob/${majorTag}`

export default function site(eleventy) {
  const groups = pageGroups()
  const home = readPage('README.md')
  const all = [home, readPage('docs/README.md'), ...groups.flatMap(({ pages }) => pages)]
  const files = new Set(all.map(({ file }) => file))

  eleventy.setQuietMode(true)
  eleventy.amendLibrary('md', (markdown) => arrangeMarkdown(markdown, { files, repository: released }))
  for (const page of all) {
    const address = addressOf(page.file)
    const permalink = `${address}index.html`
    const data = { layout: 'page.11ty.js', permalink, source: page.file, title: page.title, purpose: page.purpose }
    // Beside the page, so that two pages never have one name.
    eleventy.addTemplate(`${address.replaceAll('/', '-')}page.md`, page.markdown, data)
  }
  eleventy.addGlobalData('render', () => (data) => pageHtml({ ...data, groups, home, repository, released }))
  for (const file of [
    'docs/demo.svg',
    'llms.txt',
    'site/style.css',
    'site/search.js',
    'site/copy.js',
    'site/robots.txt',
  ])
    eleventy.addPassthroughCopy({ [file]: file.replace(/^(?:docs|site)\//, '') })

  return {
    dir: { input: 'site/templates', output: 'build-site/pages' },
    markdownTemplateEngine: false,
  }
}
