// docs/troubleshooting.md: every code that Slipway can give, from the tables and the catalogue that it comes from.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type CauseMeaning, ownCauses } from '../src/diagnosis/cause-codes.ts'
import type { Entry } from '../src/diagnosis/entry.ts'
import { failureCodes } from '../src/failure.ts'

const catalogue = join(import.meta.dirname, '../src/diagnosis/catalogue')

interface Row extends CauseMeaning {
  readonly code: string
}

/** The page as Markdown. */
export async function troubleshooting(): Promise<string> {
  const failures = Object.entries(failureCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  return [
    '# Troubleshooting',
    '',
    'Search this page for the name that AWS reports, such as `CannotPullContainerError`, or for the code of the step.',
    '',
    'Generated from `src/failure.ts`, `src/diagnosis/cause-codes.ts` and the catalogue in `src/diagnosis/catalogue/`.',
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
    '| Code | What it means | What to do | Docs |',
    '| --- | --- | --- | --- |',
    ...(await causes()).map(row),
    '',
  ].join('\n')
}

/** All that a cause can be, those with the same code side by side. */
async function causes(): Promise<readonly Row[]> {
  const own = Object.entries<CauseMeaning>(ownCauses).map(([code, meaning]) => ({
    code,
    ...meaning,
    meaning: sentence(meaning.meaning),
  }))
  const entries = (await catalogueEntries()).map(({ code, error, why, fix, docs }) => ({
    code,
    // AWS's own name keeps the case in which people search for it.
    meaning: error ? withoutPlaces(`${error}: ${why}`) : sentence(withoutPlaces(why)),
    advice: withoutPlaces(fix),
    ...(docs && { docs }),
  }))
  const rows = [...own, ...entries]
  const codes = [...new Set(rows.map(({ code }) => code))]
  const ordered = codes.flatMap((code) => rows.filter((other) => other.code === code))
  return [...new Map(ordered.map((each) => [row(each), each])).values()]
}

/** The entries of every file of the catalogue: none can be forgotten. */
async function catalogueEntries(): Promise<readonly Entry[]> {
  const modules: readonly Readonly<Record<string, readonly Entry[]>>[] = await Promise.all(
    readdirSync(catalogue).map((file) => import(pathToFileURL(join(catalogue, file)).href)),
  )
  return modules.flatMap((module) => Object.values(module).flat())
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
