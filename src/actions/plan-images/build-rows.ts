import type { ImageTarget } from '../../config/select-images.ts'
import { normalPlatform } from '../../image/platform.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text } from '../../text.ts'

/** One job that builds: an image, for all platforms that it builds at once. */
export interface BuildRow {
  /** Name of the image; empty for the one `image`. */
  readonly image: string
  /** Separated by commas; empty for that of the runner. */
  readonly platform: string
  readonly runner: string | readonly string[]
  /** Whether it pushes without a tag, because another job joins it with other platforms. */
  readonly 'by-digest': boolean
  /** Of the output with its digest. */
  readonly index: number
}

/** One job that joins the platforms of an image. */
export interface JoinRow {
  readonly image: string
  readonly index: number
}

/** The jobs of a build, for the matrices of build.yml. */
export interface BuildRows {
  readonly build: readonly BuildRow[]
  readonly join: readonly JoinRow[]
  /** Whether slipway.yml has `images`. */
  readonly several: boolean
  /** GitHub environment whose roles build. */
  readonly environment: string
  /** Names of images that no job builds, because none of their files changed. */
  readonly unchanged: readonly string[]
}

/** Digests are outputs of a matrix job, and each needs a name that is written in build.yml. */
export const mostRows = 20

/** What the caller of the workflow chose. */
export interface RowOptions {
  /** Label of the runner of all jobs. */
  readonly runner: string
  /** The image is pushed from a layout, which has all platforms. */
  readonly isLayout: boolean
}

/**
 * The jobs for some of the images: one for each platform on a runner of its own, and one that joins them where there are
 * several. Throws `inputs-invalid` for more than build.yml has outputs for.
 */
export function buildRows(
  images: readonly ImageTarget[],
  unchanged: readonly string[],
  options: RowOptions,
): BuildRows {
  const built = images.filter(({ name }) => !unchanged.includes(name))
  const rows = built.flatMap((image) => rowsOf(image, options))
  if (rows.length > mostRows)
    throw invalidInputs([
      text`${rows.length} builds of an image for a platform are needed, and build.yml has outputs for ${mostRows}: divide the images between several files of the input config`,
    ])
  const joined = built.filter((image) => isSpread(image, options))
  return {
    build: rows.map((row, index) => ({ ...row, index })),
    join: joined.map(({ name }, index) => ({ image: name, index })),
    several: images.some(({ name }) => name !== ''),
    environment: images[0]?.environment ?? '',
    unchanged,
  }
}

function isSpread({ platforms }: ImageTarget, { isLayout }: RowOptions): boolean {
  return !isLayout && platforms.length > 1
}

function rowsOf(image: ImageTarget, options: RowOptions): readonly Omit<BuildRow, 'index'>[] {
  const { name, platforms } = image
  const row = { image: name, 'by-digest': isSpread(image, options) }
  if (options.isLayout || platforms.length === 0) return [{ ...row, platform: '', runner: options.runner }]
  return platforms.map((platform) => ({ ...row, platform, runner: runnerOf(image, platform, options.runner) }))
}

/**
 * The runner that slipway.yml names for the platform. Otherwise the one of all jobs, with the Arm edition of GitHub's own Ubuntu
 * for linux/arm64 (docs.github.com, "GitHub-hosted runners reference": `ubuntu-24.04-arm`).
 */
function runnerOf({ runners }: ImageTarget, platform: string, common: string): string | readonly string[] {
  const wanted = normalPlatform(platform)
  const named = Object.entries(runners).find(([key]) => normalPlatform(key) === wanted)?.[1]
  if (named !== undefined) return named
  return wanted === 'linux/arm64' && /^ubuntu-\d\d\.\d\d$/.test(common) ? `${common}-arm` : common
}
