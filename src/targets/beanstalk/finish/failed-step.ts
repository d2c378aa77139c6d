/** Lines of a failed step that are kept: AWS writes its last 50. */
const mostLines = 60

/**
 * The first failed step of a deployment log: its line with `[ERROR]`, and the output that follows it up to the next step. Later
 * errors are consequences. Developer guide, "Deployment logs".
 */
export function failedStep(log: string | undefined): readonly string[] {
  const lines = log?.split('\n') ?? []
  const first = lines.findIndex((line) => /\[ERROR\]/.test(line))
  if (first < 0) return []
  const after = lines.slice(first + 1)
  const next = after.findIndex((line) => /\[(?:INFO|WARN|ERROR)\]/.test(line))
  const output = next < 0 ? after : after.slice(0, next)
  return [lines[first] ?? '', ...output].filter((line) => line.trim() !== '').slice(0, mostLines)
}
