import { type Text, text, untrusted } from '../text.ts'
import { same, unknownInputs } from './ecs-actions.ts'
import { wholeOutput } from './expressions.ts'
import { type EcrImage, ecrImage, sameRepository } from './image-reference.ts'
import { slipwayUses } from './migration.ts'
import { buildInputs, metadataInputs, unsupported } from './peer-inputs.ts'
import type { NewInput } from './rewrite-step.ts'
import { left, onlyUses, type Surroundings, type Translate, type Translation } from './translation.ts'
import type { Step } from './workflow.ts'

/** docker/build-push-action that pushes to Amazon ECR, with the docker/metadata-action whose tags it uses. */
export const translateBuild: Translate = (step, surroundings) => {
  const { tags, ...others } = Object.fromEntries(step.with)
  const obstacle = unknownInputs({ ...step, with: new Map(Object.entries(others)) }, buildInputs)
  if (obstacle) return obstacle
  const push = step.with.get('push')?.text ?? 'false'
  if (push === 'false') return left(text`its input push is false or absent`, step.with.get('push')?.start)
  if (tags === undefined) return left(text`it has no tags, so the repository is unknown`)
  const named = imageInputs(step, tags.text, surroundings)
  if ('kind' in named) return named
  return translated(step, named, surroundings)
}

interface Named {
  readonly inputs: readonly NewInput[]
  /** Inputs of the step that these replace. */
  readonly replaced: readonly string[]
  readonly why: Text
}

function translated(step: Step, named: Named, { options }: Surroundings): Translation {
  const kept = [...step.with.keys()].filter((name) => !named.replaced.includes(name) && !isDefaultPush(step, name))
  const context = step.with.has('context') ? [] : [{ name: 'context', value: '{{defaultContext}}' }]
  const inputs = [...named.inputs, ...context, ...kept.map((name) => ({ name, keep: name }))]
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, 'build-push'), inputs }] },
    why: named.why,
    outputs: same(['digest', 'imageid']),
    callsAws: true,
    advice:
      context.length === 0
        ? []
        : [
            text`the build fetches the repository from git, as before; after actions/checkout, context: . builds what is checked out`,
          ],
  }
}

/** `push: true` is the default here. */
function isDefaultPush(step: Step, name: string): boolean {
  return name === 'push' && step.with.get('push')?.text === 'true'
}

function imageInputs(step: Step, tags: string, surroundings: Surroundings): Named | Translation {
  const output = wholeOutput(tags)
  const metadata = output?.output === 'tags' ? surroundings.metadata.get(output.id) : undefined
  if (metadata !== undefined && output !== undefined) return fromMetadata(step, metadata, output.id, surroundings)
  const lines = tags
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const images = sameRepository(lines.map((line) => ecrImage(line, surroundings.names)))
  if (images === undefined) return left(notEcr(tags), step.with.get('tags')?.start)
  if (/steps\.[\w-]+\.outputs\.labels/.test(step.with.get('labels')?.text ?? ''))
    return left(text`its labels are an output of another step, and its tags are not`, step.with.get('labels')?.start)
  return {
    inputs: repositoryInputs(images),
    replaced: ['tags'],
    why: text`it logs in by itself and pushes by digest first, the tags last; repository and tags are separate inputs`,
  }
}

function notEcr(tags: string): Text {
  return text`its tags (${untrusted(tags.trim().split('\n')[0] ?? '')}) are not certainly one repository in Amazon ECR: Slipway pushes to one repository, of the account and region of the credentials`
}

/** The inputs that name the image: with a registry that is written out, the account and region are checked. */
export function repositoryInputs(images: readonly EcrImage[]): readonly NewInput[] {
  const [first] = images
  const tags = [...new Set(images.map(({ tag }) => tag))]
  return [
    { name: 'repository', value: first?.repository ?? '' },
    tags.length === 1 ? { name: 'tag', value: tags[0] ?? '' } : { name: 'tags', value: tags.join('\n') },
    ...placeInputs(first),
  ]
}

function placeInputs(image: EcrImage | undefined): readonly NewInput[] {
  const { account, region } = image ?? {}
  return [
    ...(account === undefined ? [] : [{ name: 'allowed-account-ids', value: account }]),
    ...(region === undefined ? [] : [{ name: 'aws-region', value: region }]),
  ]
}

const defaultRules = 'type=schedule\ntype=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr'

function fromMetadata(step: Step, metadata: Step, id: string, { names }: Surroundings): Named | Translation {
  const images = lines(metadata.with.get('images')?.text ?? '')
  const image = images.length === 1 ? ecrImage(`${images[0]}:tag`, names) : undefined
  if (image === undefined)
    return left(
      text`the images of docker/metadata-action are not certainly one repository in Amazon ECR`,
      metadata.with.get('images')?.start,
    )
  const labels = mergedLabels(step, metadata, id)
  if (labels === undefined)
    return left(text`its labels are not those of docker/metadata-action alone`, step.with.get('labels')?.start)
  const flavor = metadata.with.get('flavor')?.text ?? ''
  const rules = metadata.with.get('tags')?.text ?? ''
  return {
    inputs: [
      { name: 'repository', value: image.repository },
      ...placeInputs(image),
      { name: 'tags', value: rules.trim() === '' ? defaultRules : rules },
      { name: 'flavor', value: /\blatest=/.test(flavor) ? flavor : ['latest=auto', ...lines(flavor)].join('\n') },
      ...(labels === '' ? [] : [{ name: 'labels', value: labels }]),
    ],
    replaced: ['tags', 'labels'],
    why: text`the rules of docker/metadata-action are inputs of the build; its defaults are written out, and the labels are always set`,
  }
}

/** Empty: nothing beside what Slipway sets; undefined: they cannot be separated. */
function mergedLabels(step: Step, metadata: Step, id: string): string | undefined {
  const given = step.with.get('labels')?.text.trim() ?? ''
  const output = wholeOutput(given)
  if (output?.id === id && output.output === 'labels') return (metadata.with.get('labels')?.text ?? '').trim()
  return /steps\./.test(given) ? undefined : given
}

function lines(value: string): readonly string[] {
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** Whether a step of docker/metadata-action can be merged into the build. */
export function isMergeable(step: Step): boolean {
  return unsupported(step.with.keys(), metadataInputs).length === 0 && !step.keys.has('if') && step.fixed === undefined
}
