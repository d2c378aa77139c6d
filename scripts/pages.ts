// The pages of the repository in the order in which they are read: for docs/README.md, llms.txt and the site.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** The tag that callers and links name: `v1`. */
export const majorTag = `v${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version.split('.')[0]}`

/** A Markdown file of the repository, as a reader knows it. */
export interface Page {
  /** Path in the repository. */
  readonly file: string
  readonly title: string
  /** Its first sentence, as Markdown without links. */
  readonly purpose: string
  readonly markdown: string
}

/** Pages for one purpose, in reading order. */
export interface PageGroup {
  readonly name: string
  readonly about: string
  readonly pages: readonly Page[]
}

const start = ['docs/first-deploy.md', 'docs/migrate.md', 'docs/commands.md', 'examples/workflows/README.md']
const workflows = ['workflows', 'build', 'rollback', 'promote', 'root-action', 'slipway-yml'].map(
  (name) => `docs/${name}.md`,
)
/** What most need comes first; a new page is last until it has its place here. */
const howTo = [
  'two-accounts',
  'monorepo',
  'several-services',
  'services-and-a-site',
  'site-canary',
  'canary',
  'codedeploy',
  'migrations',
  'smoke-tests',
  'approve-traffic',
  'another-commit',
  'outputs',
  'wait-and-cancel',
  'create-service',
  'create-repository',
  'several-platforms',
  'build-cache',
  'image-of-another-builder',
  'from-jenkins',
  'versions',
  'private-vpc',
  'proxies',
  'github-enterprise',
  'emulators',
].map((name) => `docs/how-to/${name}.md`)
/** These are for those who change Slipway, or lead to the other pages. */
const project = ['docs/testing.md', 'docs/README.md']

/** All pages, each in one group. */
export function pageGroups(): readonly PageGroup[] {
  const all = [...markdownIn('docs'), ...markdownIn('actions'), ...markdownIn('examples')]
  const inDocs = all.filter(
    (file) => /^docs\/[^/]+$/.test(file) && ![...start, ...workflows, ...project].includes(file),
  )
  const groups = [
    ['Start', 'From nothing, or from other actions, to the first deployment.', start],
    ['How-to', 'One task each.', all.filter((file) => file.startsWith('docs/how-to/')).toSorted(inPlace)],
    ['Workflows and slipway.yml', 'The reusable workflows, the root action and their file.', workflows],
    ['Actions', 'Inputs, outputs and permissions of each action.', all.filter((file) => file.startsWith('actions/'))],
    ['Reference', 'Rules, codes and limits.', inDocs],
    ['Background', 'Why it works as it does.', all.filter((file) => file.startsWith('docs/background/'))],
    ['Project', 'For contributors.', [...projectPages(all)]],
  ] as const
  return groups.map(([name, about, files]) => ({ name, about, pages: files.map(readPage) }))
}

/** The files of all pages, README.md first. */
export function pageFiles(): readonly string[] {
  return ['README.md', ...project.slice(1), ...pageGroups().flatMap(({ pages }) => pages.map(({ file }) => file))]
}

/** One page. Throws for a page without a heading or a first sentence. */
export function readPage(file: string): Page {
  const markdown = readFileSync(join(root, file), 'utf8')
  const title = /^# (.+)$/m.exec(markdown)?.[1]
  const purpose = firstSentence(markdown)
  if (title === undefined || purpose === undefined) throw new Error(`${file} has no heading, or no sentence below it`)
  return { file, title: title.replaceAll('`', ''), purpose, markdown }
}

function projectPages(all: readonly string[]): readonly string[] {
  const examples = all.filter((file) => file.startsWith('examples/') && !start.includes(file))
  const inRoot = ['SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
  const decisions = all.filter((file) => file.startsWith('docs/decisions/')).toSorted(readmeFirst)
  return [...inRoot, 'docs/testing.md', 'test/simulator/README.md', ...examples, ...decisions]
}

function inPlace(one: string, other: string): number {
  const [place, placeOfOther] = [one, other].map((file) => (howTo.includes(file) ? howTo.indexOf(file) : howTo.length))
  return (place ?? 0) - (placeOfOther ?? 0)
}

function readmeFirst(one: string, other: string): number {
  return Number(other.endsWith('/README.md')) - Number(one.endsWith('/README.md')) || one.localeCompare(other)
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`)
    .toSorted()
}

/** The first sentence of the first paragraph; links become their text. */
function firstSentence(markdown: string): string | undefined {
  const paragraphs = markdown.split(/\n\s*\n/).map((text) => text.trim())
  const first = paragraphs.find((text) => text !== '' && !/^(?:[#>|*-]|```|\[!|<|\d+\. )/.test(text))
  const text = first?.replace(/\s*\n\s*/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  return /^.*?[.:](?= [A-Z`]|$)/.exec(text ?? '')?.[0]?.replace(/:$/, '.')
}
