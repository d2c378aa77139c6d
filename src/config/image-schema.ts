import { z } from 'zod'
import { isPublicName, publicNameOf } from '../image/ecr-host.ts'
import { normalPlatform } from '../image/platform.ts'
import { isRepositoryName } from '../image/reference.ts'
import { accountSchema, nameSchema, regionSchema, roleSchema } from './names.ts'
import { patternProblem } from './path-filter.ts'

const platform = z
  .string()
  .regex(/^[A-Za-z0-9]+\/[A-Za-z0-9_-]+(\/[A-Za-z0-9.]+)?$/, 'must be a platform such as linux/arm64')
const label = z.string().min(1, 'must be a label of a runner')

function isEcrRepository(name: string): boolean {
  const publicName = publicNameOf(name)
  return publicName === undefined ? isRepositoryName(name) : isPublicName(publicName)
}

const pathSchema = z.string().superRefine((pattern, context) => {
  const problem = patternProblem(pattern)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

/** Schema of an image in slipway.yml. */
export const imageSchema = z
  .strictObject({
    repository: z
      .string()
      .refine(
        isEcrRepository,
        'must be the name of an ECR repository without its registry, such as team/api, or public.ecr.aws/ALIAS/NAME',
      )
      .describe('Name of the ECR repository; public.ecr.aws/ALIAS/NAME for one of Amazon ECR Public.'),
    context: z.string().optional().describe('Build context, relative to the repository; "." when absent.'),
    file: z.string().optional().describe('Dockerfile, relative to the repository; "<context>/Dockerfile" when absent.'),
    target: z.string().optional().describe('Stage to build.'),
    platforms: z.array(platform).optional().describe('Platforms to build for, such as linux/amd64 and linux/arm64.'),
    runners: z
      .record(platform, z.union([label, z.array(label).min(1, 'must have a label')]))
      .optional()
      .describe('Label or list of labels of the runner that builds a platform, in the reusable workflows.'),
    'build-args': z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a build argument'),
        z.string().regex(/^[^\r\n]*$/, 'must be one line'),
      )
      .optional()
      .describe('Build arguments. Not for secrets: they stay in the image.'),
    paths: z
      .array(pathSchema)
      .min(1, 'must have a pattern')
      .optional()
      .describe(
        "Patterns of the files that the image is made of, in the syntax of GitHub's path filters. build.yml skips the image when a push or pull request changes none of them; absent: never.",
      ),
    region: regionSchema
      .optional()
      .describe('AWS region of the ECR repository; that of the first environment when absent.'),
    account: accountSchema
      .optional()
      .describe('AWS account ID of the ECR repository; that of the first environment when absent.'),
    role: roleSchema.optional().describe('IAM role that builds and pushes; that of the first environment when absent.'),
  })
  .superRefine(checkImage)

type Image = {
  readonly platforms?: readonly string[] | undefined
  readonly runners?: Readonly<Record<string, unknown>> | undefined
  readonly paths?: readonly string[] | undefined
}

function checkImage({ platforms = [], runners = {}, paths }: Image, context: z.core.$RefinementCtx): void {
  const known = platforms.map(normalPlatform)
  for (const [index, name] of known.entries())
    if (known.indexOf(name) < index)
      context.addIssue({ code: 'custom', path: ['platforms', index], message: `is ${name} a second time` })
  for (const name of Object.keys(runners).filter((key) => !known.includes(normalPlatform(key))))
    context.addIssue({ code: 'custom', path: ['runners', name], message: 'is not one of the platforms of the image' })
  if (paths?.every((path) => path.startsWith('!')))
    context.addIssue({ code: 'custom', path: ['paths'], message: 'must have a pattern without "!"' })
}

/** Schema of several images, by name. */
export const imagesSchema = z.record(nameSchema, imageSchema)

interface Images {
  readonly image?: object | undefined
  readonly images?: Readonly<Record<string, Placed>> | undefined
  readonly environments: Readonly<Record<string, { readonly region: string; readonly account: string }>>
}

interface Placed {
  readonly repository: string
  readonly region?: string | undefined
  readonly account?: string | undefined
}

/** One image or several; and each in a repository of its own, because all have the same tag. */
export function checkImages({ image, images, environments }: Images, context: z.core.$RefinementCtx): void {
  if (images === undefined) return
  const issue = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: ['images', ...path], message })
  if (image !== undefined) issue([], 'is set together with image: move the one image into images, or remove images')
  if (Object.keys(images).length === 0) issue([], 'must name an image')
  const [first] = Object.values(environments)
  const place = ({ repository, region = first?.region, account = first?.account }: Placed) =>
    [repository, region, account].join(' ')
  const seen = new Map<string, string>()
  for (const [name, placed] of Object.entries(images)) {
    const other = seen.get(place(placed))
    if (other !== undefined) issue([name, 'repository'], `is that of ${other}; both images have the same tag`)
    seen.set(place(placed), name)
  }
}
