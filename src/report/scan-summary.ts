import { redactText } from '../diagnosis/redact-text.ts'
import { type Text, text, untrusted } from '../text.ts'
import { safeUrl } from './links.ts'
import { link, prose, table } from './markdown.ts'

/** A package of a row. */
export interface ScanRowPackage {
  readonly name: string
  readonly version?: string | undefined
  readonly fixedIn?: string | undefined
}

/** A finding of an image scan, as the summary displays it. */
export interface ScanRow {
  readonly severity: string
  readonly id: string
  readonly address?: string | undefined
  readonly packages: readonly ScanRowPackage[]
  readonly platforms: readonly string[]
  /** Why it counts or does not; empty where that needs no words. */
  readonly note: Text
}

/** All that the summary displays of an image scan. */
export interface ScanReport {
  readonly mark: '✅' | '⚠️' | '❌'
  readonly headline: Text
  /** Sentences below the headline. */
  readonly notes: readonly Text[]
  readonly rows: readonly ScanRow[]
}

/** Limits of rows, and of packages in one; GitHub drops a summary of more than 1 MiB. */
const mostRows = 100
const mostPackages = 3
/** UTF-16 units of a cell: names that others wrote may be longer than they are useful. */
const longest = 100

/** The job summary of an image scan, as Markdown: the worst findings first. */
export function renderScan({ mark, headline, notes, rows }: ScanReport): string {
  const shown = rows.slice(0, mostRows)
  const left = rows.length - shown.length
  const header = ['Severity', 'Finding', 'Package', 'Installed', 'Fixed in', 'Platforms', '']
  return [
    `### ${mark} ${prose(redactText(headline))}`,
    ...notes.map((note) => prose(redactText(note))),
    ...(shown.length === 0 ? [] : [table(header, shown.map(cells))]),
    ...(left === 0 ? [] : [`_${left} more findings are not listed._`]),
    '',
  ].join('\n\n')
}

function cells({ severity, id, address, packages, platforms, note }: ScanRow): readonly string[] {
  const column = (read: (one: ScanRowPackage) => string | undefined) => {
    const values = packages.slice(0, mostPackages).map((one) => theirs(read(one) ?? ''))
    return values.every((value) => value === '') ? '' : values.join('<br>')
  }
  const more = packages.length > mostPackages ? `<br>and ${packages.length - mostPackages} more` : ''
  return [
    theirs(severity),
    link(theirs(id), safeUrl(address)),
    `${column(({ name }) => name)}${more}`,
    column(({ version }) => version),
    column(({ fixedIn }) => fixedIn),
    theirs(platforms.join(', ')),
    prose(note),
  ]
}

function theirs(value: string): string {
  const cut = value.length > longest ? `${value.slice(0, longest)}…` : value
  return prose(text`${untrusted(cut)}`)
}
