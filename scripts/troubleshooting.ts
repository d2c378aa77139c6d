// docs/troubleshooting.md: every code that Slipway can give, from the tables and the catalogue that it comes from.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type CauseMeaning, ownCauses } from '../src/diagnosis/cause-codes.ts'
import type { Entry } from '../src/diagnosis/entry.ts'
import { failureCodes } from '../src/failure.ts'
import { anchorsIn } from './anchors.ts'

const catalogue = join(import.meta.dirname, '../src/diagnosis/catalogue')

/** The headings of the causes, by the file of the catalogue that has them, in the order of a deployment. */
const groups: Readonly<Record<string, string>> = {
  'image-pull.ts': 'Images: CannotPullContainerError',
  'initialization.ts': 'Secrets, logs and networks: ResourceInitializationError',
  'launch.ts': 'Start of a task',
  'capacity.ts': 'Placement and capacity',
  'unplaced-tasks.ts': 'One-off tasks that RunTask does not place',
  'last-words.ts': 'Last log lines',
  own: 'Containers, tasks and rollbacks',
  'health.ts': 'Health checks',
  'load-balancing.ts': 'Load balancers',
  'codedeploy-errors.ts': 'Alarms and error codes of AWS CodeDeploy',
  'verdicts.ts': 'Hooks, circuit breaker, stops',
  'beanstalk-log.ts': 'Elastic Beanstalk: steps on the instances',
  'beanstalk-pods.ts': 'Elastic Beanstalk: pods of a cluster',
  'beanstalk-events.ts': 'Events and health of Elastic Beanstalk',
}

interface Row extends CauseMeaning {
  readonly code: string
  readonly group: string
}

/** The page as Markdown. */
export async function troubleshooting(): Promise<string> {
  const failures = Object.entries(failureCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  const found = await causes()
  const titles = Object.values(groups)
  const anchors = anchorsIn(titles)
  const links = titles.map((title, at) => `[${title.replace(/:.*/, '')}](#${anchors[at]})`)
  const tables = Object.entries(groups).flatMap(([group, title]) =>
    causeTable(
      title,
      found.filter((each) => each.group === group),
    ),
  )
  return [
    '# Troubleshooting',
    '',
    'Search this page for the name that AWS reports, such as `CannotPullContainerError`, or for the code of the step.',
    '',
    `[Failures](#failures): codes of a step. [Causes](#causes) of a failed deployment: ${links.join(' · ')}`,
    '',
    '## Failures',
    '',
    'Every failure of a step has one of these codes. The message states what failed, why, and what to do.',
    '',
    '| Code | Meaning |',
    '| --- | --- |',
    ...failures,
    '',
    '## Causes',
    '',
    'Why a deployment failed. The output `cause` is the sentence, with the names of the resources; the output `cause-code` is',
    'one of these codes, or of those above where a failure ended the deployment.',
    '',
    ...tables,
    '<!-- Generated from src/failure.ts, src/diagnosis/cause-codes.ts and src/diagnosis/catalogue/. -->',
    '',
  ].join('\n')
}

function causeTable(title: string, rows: readonly Row[]): readonly string[] {
  const head = ['| Code | What it means | What to do | Docs |', '| --- | --- | --- | --- |']
  return [`### ${title}`, '', ...head, ...rows.map(row), '']
}

/** All that a cause can be, those with the same code side by side. */
async function causes(): Promise<readonly Row[]> {
  const own = Object.entries<CauseMeaning>(ownCauses).map(([code, meaning]) => ({
    code,
    group: 'own',
    ...meaning,
    meaning: sentence(meaning.meaning),
  }))
  const entries = (await catalogueEntries()).map(({ file, code, error, why, fix, docs }) => ({
    code,
    group: file,
    // AWS's own name keeps the case in which people search for it.
    meaning: error ? withoutPlaces(`${error}: ${why}`) : sentence(withoutPlaces(why)),
    advice: withoutPlaces(fix),
    ...(docs && { docs }),
  }))
  const rows = [...own, ...entries]
  // A code that the catalogue has is in the group of its first entry there.
  const groupOf = new Map([...entries, ...own].toReversed().map(({ code, group }) => [code, group] as const))
  const codes = [...new Set(rows.map(({ code }) => code))]
  const ordered = codes.flatMap((code) =>
    rows.filter((other) => other.code === code).map((each) => ({ ...each, group: groupOf.get(code) ?? 'own' })),
  )
  return [...new Map(ordered.map((each) => [row(each), each])).values()]
}

/** The entries of every file of the catalogue: none can be forgotten. Throws for a file without a heading. */
async function catalogueEntries(): Promise<readonly (Entry & { readonly file: string })[]> {
  const files = readdirSync(catalogue)
  const unknown = files.filter((file) => !(file in groups))
  if (unknown.length > 0) throw new Error(`scripts/troubleshooting.ts has no heading for ${unknown.join(', ')}`)
  const modules = await Promise.all(
    files.map(async (file) => {
      const module: Readonly<Record<string, readonly Entry[]>> = await import(pathToFileURL(join(catalogue, file)).href)
      return Object.values(module).flatMap((entries) => entries.map((entry) => ({ ...entry, file })))
    }),
  )
  return modules.flat()
}

/** `{name|words}` is these words where nothing is known; a plain `{name}` becomes the name, in italics. */
function withoutPlaces(said: string): string {
  return said
    .replace(/\{\w+\|([^}]*)\}/g, '$1')
    .replace(
      /`?\{(\w+)\}`?/g,
      (_, name: string) => `_${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}_`,
    )
}

function row({ code, meaning, advice, docs }: Row): string {
  const cells = [`\`${code}\``, `${meaning}.`, advice, docs ? `[AWS](${docs})` : '']
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** Names such as `minimumHealthyPercent` keep their first letter. */
function sentence(words: string): string {
  return words.replace(/^[a-z]+(?= )/, (first) => first.charAt(0).toUpperCase() + first.slice(1))
}
