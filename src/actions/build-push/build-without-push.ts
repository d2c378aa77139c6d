import type { Builder, BuildRequest } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { asName, text } from '../../text.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/** `push: false` and `call: check`: neither AWS nor the registry is called. */
export async function buildWithoutPush(
  { call, repository }: PreparedInputs,
  request: BuildRequest,
  tags: readonly string[],
  builder: Builder,
  { log }: Runner,
): Promise<void> {
  if (call === 'check') return await builder.check(request)
  const names = tags.map((tag) => `${repository}:${tag}`)
  await builder.buildOnly(request, names)
  const where = request.load ? text`loaded into Docker as ${asName(names.join(', '))}` : 'built'
  log.info(text`The image was ${where}, and not pushed (push: false)`)
}
