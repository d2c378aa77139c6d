/** One table of the bench: how it was measured, what came out, and what had to come out. */
export interface Table {
  readonly title: string
  /** How the figures were got, in a line. */
  readonly method: string
  readonly rows: readonly Readonly<Record<string, string | number>>[]
  /** What the rows come to, in a line. */
  readonly summary?: string
  readonly requirements: readonly Requirement[]
}

export interface Requirement {
  readonly what: string
  readonly measured: number
  readonly atMost: number
}

export function isMet({ measured, atMost }: Requirement): boolean {
  return measured <= atMost
}

/** The value below which a share of the values lies; of an even number of values, the upper median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

/** The table as people read it in a terminal. */
export function rendered({ title, method, rows, summary, requirements }: Table): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`)
  const verdicts = requirements.map((requirement) => {
    const { what, measured, atMost } = requirement
    return `  ${isMet(requirement) ? 'met   ' : 'MISSED'} ${what}: ${rounded(measured, 2)}, at most ${atMost}`
  })
  const said = summary === undefined ? [] : [`  ${summary}`, '']
  return [title, `  (${method})`, '', ...lines.map((line) => line.trimEnd()), '', ...said, ...verdicts, ''].join('\n')
}
