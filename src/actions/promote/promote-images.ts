import { loadConfig } from '../../config/load.ts'
import { type ImageTarget, namedImage } from '../../config/select-images.ts'
import { ecrRepository } from '../../image/ecr-host.ts'
import { isDigest } from '../../image/reference.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { ImageDigests } from '../inputs/digests-input.ts'
import { digestOfRelease } from '../targets/release-digest.ts'
import type { PromoteInputs } from './promote-inputs.ts'

type PromoteOne = (inputs: PromoteInputs, release: string, runner: Runner) => Promise<void>

/**
 * Tags each image of a release in its own repository, one after the other: all are on AWS already, and the first error names the
 * image. The outputs are those of all. Throws `inputs-invalid`.
 */
export async function promoteImages(given: PromoteInputs, runner: Runner, promoteOne: PromoteOne): Promise<void> {
  const { digests = {}, config: file, revision } = given
  const problems = problemsOf(given)
  if (problems.length > 0) throw invalidInputs(problems)
  const { config } = loadConfig(await runner.files.readText(file, 'config'), file)
  const names = Object.entries(digests).map(([name, digest]) => reference(namedImage(config, name), digest))
  const release = digestOfRelease(digests, revision?.sha ?? '')
  const all: Record<string, string>[] = []
  for (const image of names) {
    const outputs: Record<string, string> = {}
    const setOutput = (name: string, value: string) => {
      outputs[name] = value
    }
    await promoteOne({ ...given, digests: undefined, revision: undefined, image }, release, { ...runner, setOutput })
    all.push(outputs)
  }
  for (const [name, value] of Object.entries(joined(all))) runner.setOutput(name, value)
}

function reference({ repository, accountId, region }: ImageTarget, digest: string): string {
  return `${ecrRepository(repository, accountId, region)}@${digest}`
}

function problemsOf({
  digests = {},
  environment,
  service,
  revision,
  image,
  repository,
  digest,
  to,
}: PromoteInputs): readonly Text[] {
  const others = { image, repository, digest, to: to.length > 0 ? to : undefined }
  const excluded = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  return [
    ...excluded.map((name) => text`digests and ${name} are mutually exclusive`),
    ...(environment === undefined ? [text`digests requires environment: its images are those of slipway.yml`] : []),
    ...(service !== undefined && revision === undefined
      ? [text`digests and service require revision: by it, deployments of the other services are found`]
      : []),
    ...tagged(digests).map((name) => text`digests has a tag and no digest of ${untrusted(name)}`),
  ]
}

function tagged(digests: ImageDigests): readonly string[] {
  return Object.entries(digests).flatMap(([name, one]) => (isDigest(one) ? [] : [name]))
}

/** What is one value of each image, as lines; sums of what was copied. */
function joined(all: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const lines = (name: string) => all.flatMap((outputs) => (outputs[name] ? [outputs[name]] : [])).join('\n')
  const sum = (name: string) => String(all.reduce((total, outputs) => total + Number(outputs[name] ?? 0), 0))
  return {
    digest: '',
    repository: '',
    image: '',
    images: lines('images'),
    tags: all.find(({ tags }) => tags)?.tags ?? '',
    'copied-blobs': sum('copied-blobs'),
    'copied-bytes': sum('copied-bytes'),
  }
}
