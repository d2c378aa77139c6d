import { text, untrusted } from '../text.ts'
import { repositoryInputs } from './build-action.ts'
import { unknownInputs } from './ecs-actions.ts'
import { ecrImage, sameRepository } from './image-reference.ts'
import { slipwayUses } from './migration.ts'
import { bakeInputs } from './peer-inputs.ts'
import type { NewInput } from './rewrite-step.ts'
import { left, onlyUses, type Translate } from './translation.ts'

/** docker/bake-action with one target whose tags are set in the workflow: a definition does not name a repository by itself. */
export const translateBake: Translate = (step, { names, options }) => {
  const obstacle = unknownInputs(step, bakeInputs)
  if (obstacle) return obstacle
  const value = (name: string) => step.with.get(name)?.text.trim() ?? ''
  // Since version 6 the default source is the repository in git, which is not supported.
  const isWorkspace = value('source') === '.' || (value('source') === '' && /^v?[1-5](?:\.|$)/.test(step.version ?? ''))
  if (!isWorkspace)
    return left(text`its definition is read from git: only source: . has a counterpart`, step.with.get('source')?.start)
  const targets = value('targets')
    .split(/[\n,]/)
    .filter((target) => target.trim() !== '')
  const [target] = targets
  if (target === undefined || targets.length > 1)
    return left(
      text`it builds several targets or a group: Slipway builds one target a step`,
      step.with.get('targets')?.start,
    )
  if (value('push') !== 'true') return left(text`its input push is false or absent`, step.with.get('push')?.start)
  const settings = value('set')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const isTags = (line: string) => line.startsWith(`${target}.tags=`) || line.startsWith('*.tags=')
  const images = sameRepository(
    settings.filter(isTags).map((line) => ecrImage(line.slice(line.indexOf('=') + 1), names)),
  )
  if (images === undefined)
    return left(
      text`its tags are in the definition: set ${untrusted(`${target}.tags`)} in the workflow, or write repository and tags in the new step`,
    )
  const others = settings.filter((line) => !isTags(line))
  const kept = [...step.with.keys()].filter((name) => !['set', 'source', 'push'].includes(name))
  const inputs: readonly NewInput[] = [
    ...repositoryInputs(images),
    ...(others.length > 0 ? [{ name: 'bake-set', value: others.join('\n') }] : []),
    ...kept.map((name) => ({ name: bakeInputs[name] ?? name, keep: name })),
  ]
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, 'build-push'), inputs }] },
    why: text`the target is built by its definition; repository and tags are inputs`,
    outputs: {},
    callsAws: true,
  }
}
