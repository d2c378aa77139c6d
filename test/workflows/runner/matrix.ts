type Leg = Readonly<Record<string, unknown>>

/** The legs of a job's matrix, by GitHub's rules for axes, `exclude` and `include`. Without a matrix there is one leg. */
export function expandMatrix(matrix: Readonly<Record<string, unknown>> | undefined): readonly Leg[] {
  if (!matrix) return [{}]
  const {
    include = [],
    exclude = [],
    ...axes
  } = matrix as { include?: Leg[]; exclude?: Leg[] } & Record<string, unknown>
  const legs = combine(axes).filter((leg) => !exclude.some((excluded) => agree(leg, excluded, Object.keys(excluded))))
  const added: Leg[] = []
  for (const extra of include) {
    const shared = Object.keys(extra).filter((key) => key in axes)
    const fitting = legs.filter((leg) => agree(leg, extra, shared))
    if (fitting.length === 0) added.push(extra)
    for (const leg of fitting) Object.assign(leg, extra)
  }
  return [...legs, ...added]
}

function combine(axes: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const names = Object.keys(axes)
  if (names.length === 0) return []
  return names.reduce<Record<string, unknown>[]>(
    (legs, axis) => legs.flatMap((leg) => (axes[axis] as unknown[]).map((value) => ({ ...leg, [axis]: value }))),
    [{}],
  )
}

function agree(leg: Leg, other: Leg, keys: readonly string[]): boolean {
  return keys.every((key) => leg[key] === other[key])
}
