import { text, untrusted } from '../../text.ts'
import { repositoryInputs } from '../build-action.ts'
import { sameRepository } from '../image-reference.ts'
import { slipwayUses } from '../migration.ts'
import type { NewInput } from '../rewrite-step.ts'
import { left, type Translation } from '../translation.ts'
import type { Step } from '../workflow.ts'
import { repositorySettings } from './aws-commands.ts'
import { type Build, pushedImages } from './effects.ts'
import type { Made, Read } from './made.ts'
import { isKnown, shortSha } from './variables.ts'

const buildInputs: Readonly<Record<string, string>> = {
  target: 'target',
  'build-arg': 'build-args',
  label: 'labels',
  network: 'network',
  'add-host': 'add-hosts',
  'shm-size': 'shm-size',
  ssh: 'ssh',
  'cache-from': 'cache-from',
  'cache-to': 'cache-to',
  provenance: 'provenance',
  sbom: 'sbom',
  builder: 'builder',
}

/** `docker build`, with the tags that are pushed, as a step; or why it stays. */
export function buildStep(step: Step, build: Build, { effects, surroundings }: Read): Made | Translation {
  const images = sameRepository(pushedImages(build, surroundings.names))
  const [image] = images ?? []
  if (build.pushed.size === 0) return left(text`it builds an image and does not push it`)
  if (images === undefined || image === undefined)
    return left(
      text`what it pushes (${untrusted([...build.pushed].join(', '))}) is not certainly one repository in Amazon ECR`,
    )
  const { options, operands } = build.options
  const folder = step.keys.get('working-directory')?.text ?? surroundings.job.folder
  const context = inFolder(folder, operands[0] ?? '.')
  const file = options.get('file')?.at(-1)
  const listed = Object.entries(buildInputs).flatMap(([option, name]) =>
    options.has(option) ? [{ name, value: (options.get(option) ?? []).join('\n') }] : [],
  )
  if ((options.get('build-arg') ?? []).some((argument) => !argument.includes('=')))
    return left(text`a --build-arg has its value in the environment`)
  const created = effects.repositories.get(image.repository)
  const inputs: readonly NewInput[] = [
    ...repositoryInputs(images).map(withShortSha),
    ...(created ? repositorySettings(created) : []),
    ...(context === '.' ? [] : [{ name: 'context', value: context }]),
    ...(file === undefined ? [] : [{ name: 'file', value: inFolder(folder, file) }]),
    ...(options.has('platform') ? [{ name: 'platforms', value: (options.get('platform') ?? []).join(',') }] : []),
    ...listed,
    ...['no-cache', 'pull'].filter((name) => options.has(name)).map((name) => ({ name, value: 'true' })),
  ]
  if (!inputs.every((input) => !('value' in input) || isKnown(input.value)))
    return left(text`a value is known only at run time`)
  return { uses: slipwayUses(surroundings.options, 'build-push'), inputs, references: [...build.references], image }
}

function withShortSha(input: NewInput): NewInput {
  if (!('value' in input) || !input.value.includes(shortSha)) return input
  const lines = input.value.split('\n').map((line) => line.replace(shortSha, '{{sha}}'))
  return {
    name: 'tags',
    value: lines.map((line) => (line.includes('{{sha}}') ? `type=raw,value=${line}` : line)).join('\n'),
  }
}

/** A path of a script as one of the workspace. */
export function inFolder(folder: string | undefined, path: string): string {
  if (folder === undefined || /^(?:\/|https?:|git@|\$\{\{)/.test(path)) return path
  const base = folder.replace(/^\.\//, '').replace(/\/$/, '')
  return path === '.' || path === './' ? base : `${base}/${path.replace(/^\.\//, '')}`
}
