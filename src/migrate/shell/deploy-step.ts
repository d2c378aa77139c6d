import { text } from '../../text.ts'
import { slipwayUses } from '../migration.ts'
import type { NewInput, NewStep } from '../rewrite-step.ts'
import { left, type Translation } from '../translation.ts'
import type { Step } from '../workflow.ts'
import { inFolder } from './build-step.ts'
import type { Deployment } from './effects.ts'
import type { Made, Read } from './made.ts'
import { isKnown } from './variables.ts'

/** `aws ecs update-service` as a step; or why it stays. */
export function deployStep(
  deployment: Deployment,
  built: readonly Made[],
  step: Step,
  { effects, surroundings }: Read,
): NewStep | Translation {
  const { cluster, service, image, options } = deployment
  // The name of a family may be that of a folder, too; with an image, the live revision is what it becomes a part of.
  const definition = deployment.isRead && image !== undefined ? undefined : deployment.definition
  const own = image === undefined ? undefined : built.find(({ references }) => references.includes(image))
  if (own !== undefined && step.id === undefined)
    return left(text`the deployment needs the image of the build in the same script: give the step an id`)
  const waited = effects.waits.some((wait) => wait.cluster === cluster && wait.services.includes(service))
  const one = (name: string) => options.options.get(name)?.at(-1)
  const count = one('desired-count')
  const force = options.options.has('force-new-deployment')
  const folder = step.keys.get('working-directory')?.text ?? surroundings.job.folder
  const isFile = definition !== undefined && /\.(?:json|ya?ml)$/.test(definition)
  const pair = (name: string, value: string | undefined): readonly NewInput[] =>
    value === undefined ? [] : [{ name, value }]
  const inputs: readonly NewInput[] = [
    ...pair('cluster', cluster),
    ...pair('service', service),
    ...pair('task-definition', isFile ? inFolder(folder, definition) : definition),
    ...pair('image', own ? `\${{ steps.${step.id}.outputs.image }}` : image),
    ...pair('desired-count', count),
    ...(count !== undefined && definition === undefined && image === undefined ? pair('keep-image', 'true') : []),
    ...(force ? pair('force-new-deployment', 'true') : []),
    ...pair('aws-region', one('region')),
    ...(waited ? [] : pair('wait-for-service-stability', 'false')),
  ]
  if (!inputs.every((input) => !('value' in input) || isKnown(input.value)))
    return left(text`a value is known only at run time`)
  return { uses: slipwayUses(surroundings.options, 'deploy'), inputs }
}
