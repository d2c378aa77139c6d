import { roleArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { text, untrusted } from '../text.ts'
import type { Config } from './schema.ts'

/** Where an image lives, and how it is built. */
export interface ImageTarget {
  /** Its name under `images`; empty for the one `image`. */
  readonly name: string
  /** The first of slipway.yml, as whose role the image is built and pushed. */
  readonly environment: string
  readonly repository: string
  readonly region: string
  readonly accountId: string
  readonly roleArn?: string | undefined
  readonly context: string
  readonly file?: string | undefined
  readonly target?: string | undefined
  readonly platforms: readonly string[]
  /** Labels of the runner of a platform. */
  readonly runners: Readonly<Record<string, string | readonly string[]>>
  /** `NAME=value`. */
  readonly buildArgs: readonly string[]
  /** Patterns of the files that it is made of; undefined: it is always built. */
  readonly paths?: readonly string[] | undefined
}

/**
 * The images of the file, by their names; the one `image` has an empty name. Their defaults are those of the file's first
 * environment, whichever is deployed to: the jobs of a run need not pass the registry as an output, which GitHub drops where
 * account ids are masked.
 */
export function selectImages({ image, images, environments }: Config): readonly ImageTarget[] {
  const [environment] = Object.entries(environments)
  if (environment === undefined) return []
  const all = { ...(image && { '': image }), ...images }
  return Object.entries(all).map(([name, configured]) => imageTarget(name, configured, environment))
}

/** The one image of the file; undefined where it has none, or several. */
export function selectImage(config: Config): ImageTarget | undefined {
  return selectImages(config).find(({ name }) => name === '')
}

/** The image of a name. Throws `config-invalid`. */
export function namedImage(config: Config, name: string): ImageTarget {
  const images = selectImages(config)
  const found = images.find((image) => image.name === name)
  if (found !== undefined) return found
  const known = images.map((image) => image.name).filter((other) => other !== '')
  const suggestion = nearest(name, known)
  throw new Failure({
    code: 'config-invalid',
    what: text`slipway.yml has no image ${untrusted(name)} under images`,
    why: text`it has ${known.join(', ') || 'none'}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
    fix: text`Correct the name, or add the image to slipway.yml.`,
  })
}

function imageTarget(
  name: string,
  image: NonNullable<Config['image']>,
  [environment, { region: ownRegion, account, role: ownRole }]: readonly [string, Config['environments'][string]],
): ImageTarget {
  const region = image.region ?? ownRegion
  const accountId = image.account ?? account
  const role = image.role ?? ownRole
  return {
    name,
    environment,
    repository: image.repository,
    region,
    accountId,
    roleArn: role === undefined ? undefined : roleArn(role, accountId, region),
    context: image.context ?? '.',
    file: image.file,
    target: image.target,
    platforms: image.platforms ?? [],
    runners: image.runners ?? {},
    buildArgs: Object.entries(image['build-args'] ?? {}).map(([argument, value]) => `${argument}=${value}`),
    paths: image.paths,
  }
}
