import { checkedMistakes } from '../image/build-checks.ts'
import { buildFailure } from '../image/build-failure.ts'
import { checkFailure, parseCheckReport } from '../image/check-report.ts'
import { text } from '../text.ts'
import { type OutputReader, type OutputSink, rawOutput } from './build-output.ts'
import type { DockerResult } from './docker-command.ts'

/**
 * Reports what `--call=check` found. `work` runs it: its report is on stdout, its progress on stderr. Throws `build-failed` by the
 * exit code.
 */
export async function runCheck(
  work: (onLine: OutputReader['onLine']) => Promise<DockerResult>,
  sink: OutputSink,
): Promise<void> {
  const reader = rawOutput(sink)
  const { exitCode, output } = await work((line, stream) => {
    if (stream === 'stderr') reader.onLine(line, stream)
  })
  const end = reader.end(exitCode)
  const report = parseCheckReport(output)
  if (report === undefined) throw buildFailure(end)
  const mistakes = checkedMistakes(report.warnings, sink.placeOf)
  for (const mistake of mistakes) sink.warn(mistake)
  if (exitCode !== 0) throw checkFailure(report, mistakes.length, end, sink.placeOf)
  sink.say(text`Check complete, no warnings found`)
}
