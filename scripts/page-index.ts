// docs/README.md, examples/workflows/README.md and llms.txt: what leads to the pages, from the pages themselves.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { majorTag, type Page, type PageGroup, pageGroups, readPage } from './pages.ts'
import { workflowBlocks } from './yaml-blocks.ts'

const root = join(import.meta.dirname, '..')
const examples = 'examples/workflows'
const raw = `https://raw.githubusercontent.com/your-org/slipway/${majorTag}/`

/** A complete workflow of examples/workflows. */
interface Example {
  readonly file: string
  /** Its first line, a comment. */
  readonly purpose: string
  readonly yaml: string
}

/** examples/workflows/README.md: every example, to be copied. */
export function examplesPage(): string {
  const parts = readExamples().map(({ file, purpose, yaml }) => {
    const rest = yaml.slice(yaml.indexOf('\n') + 1)
    return `## ${file.slice(examples.length + 1)}\n\n${purpose}\n\n\`\`\`yaml\n${rest}\`\`\`\n`
  })
  return [
    '# Complete workflows',
    '',
    'Complete workflows to copy into `.github/workflows/`, one file for each situation.',
    '',
    'Replace `your-org/slipway`, the account IDs, the role, the region and the names. Where a workflow names an environment, it reads',
    '[`slipway.yml`](../../docs/slipway-yml.md). What is needed in AWS and GitHub before: [First deployment](../../docs/first-deploy.md).',
    '[Pin the versions](../../docs/how-to/versions.md) as your policy requires.',
    '',
    ...parts,
  ].join('\n')
}

/** docs/README.md: what each page is for and how long it is, and the tests that name a page to check what it shows. */
export function indexPage(): string {
  const tests = readTests()
  const groups = pageGroups().map((group) => ({ ...group, pages: group.pages.filter(isListed) }))
  const sections = groups.flatMap(({ name, about, pages }) => {
    const rows = pages.map(
      (page) => `| ${linkTo(page)} | ${page.purpose.replaceAll('|', '\\|')} | ${aboutWords(page.markdown)} |`,
    )
    return [`## ${name}`, '', about, '', '| Page | About | Words |', '| --- | --- | --- |', ...rows, '']
  })
  const checked = groups
    .flatMap(({ pages }) => pages)
    .map((page) => ({ page, checks: checksOf(page, tests) }))
    .filter(({ checks }) => checks.length > 0)
  return [
    '# All pages',
    '',
    'Every page of Slipway, by what you want to do.',
    '',
    ...sections,
    '## What checks their snippets',
    '',
    '`lint` is the parser of GitHub Actions, and the inputs and outputs of the actions (`npm run check`). A test is named where it runs a',
    'snippet, or compares what is printed or listed. [Links, words and lengths](../test/pages.test.ts) are checked on all pages.',
    '',
    '| Page | Checked by |',
    '| --- | --- |',
    ...checked.map(({ page, checks }) => `| ${linkTo(page)} | ${checks.join(', ')} |`),
    '',
  ].join('\n')
}

/** llms.txt, in the form of https://llmstxt.org: what an assistant reads to write a workflow. */
export function assistantsPage(): string {
  const [about = ''] = readPage('README.md')
    .markdown.split('\n\n')
    .filter((text) => /^GitHub Actions that/.test(text))
  const links = (groups: readonly PageGroup[]) =>
    groups
      .flatMap(({ pages }) => pages.filter(isListed))
      .map(({ file, title, purpose }) => `- [${title}](${raw}${file}): ${purpose}`)
  const isOptional = ({ name }: PageGroup) => ['Background', 'Project'].includes(name)
  const groups = pageGroups().filter((group) => !isOptional(group))
  const sections = groups.flatMap((group) => [`## ${group.name}`, '', ...links([group]), ''])
  const shown = readExamples().map(({ file, purpose }) => `- [${file}](${raw}${file}): ${purpose}`)
  return [
    '# Slipway',
    '',
    `> ${about.replace(/\s+/g, ' ')}`,
    '',
    'When you write a workflow with Slipway:',
    '',
    '- Start from a complete workflow below. Inputs and outputs of an action are in its page; others do not exist.',
    '- A workflow has `permissions: {}`, and each job only the permissions of its example. AWS credentials come from',
    '  `role-to-assume` and `id-token: write`, never from stored keys.',
    '- Between jobs pass `digest` and `revision`, never `image`: GitHub drops outputs that contain a masked account ID.',
    '- Expressions are in `with` and `env`, never in a `run` script.',
    '',
    '## Complete workflows',
    '',
    ...shown,
    '',
    ...sections,
    // What an assistant may leave out where its context is short has this name.
    '## Optional',
    '',
    ...links(pageGroups().filter(isOptional)),
    '',
  ].join('\n')
}

function readExamples(): readonly Example[] {
  const files = readdirSync(join(root, examples)).filter((name) => name.endsWith('.yml'))
  return files.toSorted().map((name) => {
    const yaml = readFileSync(join(root, examples, name), 'utf8')
    const [, purpose] = /^# (.+)\n/.exec(yaml) ?? []
    if (purpose === undefined) throw new Error(`${examples}/${name} does not begin with a comment`)
    return { file: `${examples}/${name}`, purpose, yaml }
  })
}

/** The decisions have a list of their own. */
function isListed({ file }: Page): boolean {
  return !file.startsWith('docs/decisions/') || file.endsWith('/README.md')
}

function linkTo({ file, title }: Page): string {
  return `[${title}](${file.startsWith('docs/') ? file.slice('docs/'.length) : `../${file}`})`
}

/** Rounded up, so that a change of one word is no change of this page. */
function aboutWords(markdown: string): number {
  return Math.ceil(markdown.split(/\s+/).length / 100) * 100
}

function readTests(): readonly (readonly [file: string, text: string])[] {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .toSorted()
    .map((file) => [`test/${file}`, readFileSync(join(root, 'test', file), 'utf8')] as const)
}

function checksOf({ file, markdown }: Page, tests: ReturnType<typeof readTests>): readonly string[] {
  // These are about all pages.
  const others = ['test/pages.test.ts', 'test/site.test.ts']
  const named = tests.filter(([name, text]) => text.includes(file) && !others.includes(name))
  const isLinted = workflowBlocks(markdown).length > 0
  return [
    ...(isLinted ? ['lint'] : []),
    ...named.map(([name]) => `[${name.slice('test/'.length, -'.test.ts'.length)}](../${name})`),
  ]
}
