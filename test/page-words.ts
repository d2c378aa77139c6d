/** What is read and not printed (pages, descriptions of inputs, comments of workflows), and the words that it does without. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutPrinted } from './printed.ts'
import { sentencesIn } from './sentences-in.ts'

export const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
export const inFolder = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(ending) && !path.includes('node_modules'))
const actions = readdirSync(join(root, 'actions'))

/** Every page of the repository. */
export const pages: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'actions', 'examples', 'test/simulator'].flatMap((folder) => inFolder(folder, '.md')),
]
/** One page is made of source files as a whole. */
const written = pages.filter((page) => page !== 'docs/troubleshooting.md')

/** Tables that are generated from source files, whose sentences are an area of their own. */
const generated = /<!-- (lost-inputs|findings|events|partitions) -->[\s\S]*?<!-- \/\1 -->/g

/**
 * The sentences of a page: lines of a paragraph are joined; names and values in backticks are left out, and printed blocks,
 * whose words are those of the source.
 */
export function sentencesOfPage(markdown: string): readonly string[] {
  return withoutPrinted(markdown)
    .replace(generated, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*|#>]|```|\d+\. ))/)
    .map((block) => block.trim().replace(/\s*\n\s*/g, ' '))
    .map((block) => block.replace(/(?<!`)(`{1,2})(?!`).*?[^`]\1(?!`)/g, '…'))
    .flatMap((block) => block.split(/(?<=[.:;?!])\s/))
    .filter((sentence) => sentence !== '')
}

const yaml = (paths: readonly string[]) => paths.flatMap((path) => read(path).split('\n'))
const ofPages = (paths: readonly string[]) => paths.flatMap((path) => sentencesOfPage(read(path)))

export const pageAreas: Readonly<Record<string, () => readonly string[]>> = {
  'descriptions of the actions': () => yaml(['action.yml', ...actions.map((name) => `actions/${name}/action.yml`)]),
  'the reusable workflows': () =>
    yaml(['build', 'deploy', 'rollback', 'promote'].map((name) => `.github/workflows/${name}.yml`)),
  'the examples': () => yaml(inFolder('examples', '.yml')),
  'the schema of slipway.yml': () =>
    ['src/config/schema.ts', 'src/config/image-schema.ts', 'src/config/deployment-settings.ts'].flatMap((path) =>
      sentencesIn(read(path)),
    ),
  ...Object.fromEntries(written.map((page) => [page, () => ofPages([page])])),
}

/** Everyday words of a page, and the terms. */
export const insteadOnPages: readonly (readonly [not: RegExp, but: string])[] = [
  [/\b(?:says?|said|tells?|told|saying)\b/i, 'reports, states, sets, defines'],
  [/\blook(?:s|ed|ing)?\b(?!-)/i, 'check, read, search'],
  [/\b(?:go|goes|going|gone|went)\b/, 'roll back, continue, move'],
  [
    /(?<!how long [^,.;]{0,40})\b(?:take|takes|took|taken|taking)\b(?! (?:at most|up to|no longer|longer|that long|too long|\d|effect|place|turns))/i,
    'accept, use, remove',
  ],
  [/\b(?:stands?|stood)\b/i, 'is in, is defined in, blocks'],
  [/\b(?:whoever|whom|somebody|nobody|anybody|everybody|stranger)\b/i, 'a user, another run'],
  [/\bserved? before\b|\bwhat (?:ran|runs) before\b|\bways? back\b/i, 'the previous revision; the rollback'],
  [/\bends? (?:well|badly)\b|\bended (?:well|badly)\b|\bend well\b|\bgood end\b|\bbad end\b/i, 'succeeds; fails'],
  [/\bforeign\b/i, 'untrusted'],
  [/, say\b|\ball the same\b|\bnevertheless\b|\banew\b|\bfor ever\b|\bmeanwhile\b/i, 'for example; anyway; again'],
  [/\b(?:is|are|was|were) (?:not )?there\b|\bnot there any ?more\b/i, 'exists; does not exist'],
  [/\b(?:another|other) processor\b/i, 'CPU architecture'],
  [/\bpeople\b|\bmarriage\b|\bdoors?\b|\brooms?\b/i, 'users; entry points; modules'],
  [/\b(?:calls|call) (?:nobody|anybody)\b|\bnotif(?:y|ies) nobody\b/i, 'mentions; sends no notification'],
  [/\bbe back\b|\bis back\b|\bput in\b|\bput out\b/i, 'is restored; is inserted; outputs'],
  [/\bas it is asked\b|\basks?\b(?! (?:its|the) reviewers)/i, 'requests; requires'],
  [/\bsilent(?:ly)?\b|\bin silence\b/i, 'without a message; no message is sent'],
]
