import { z } from 'zod'
import { isTag } from '../image/reference.ts'
import { channelId, channelIdRule } from '../slack-channel.ts'
import { checkContainers } from './check-containers.ts'
import { checkMembers } from './environment-members.ts'
import { checkImageTags } from './environment-tags.ts'
import { checkImages, imageSchema, imagesSchema } from './image-schema.ts'
import { accountSchema, memberSchema, nameSchema, regionSchema, roleSchema } from './names.ts'
import { checkSchedules, schedulesSchema } from './schedules-schema.ts'
import { placementSchema, serviceSchema } from './service-schema.ts'
import { sitePlacementSchema, siteSchema } from './site-schema.ts'
import { checkWaves } from './waves.ts'

const placed = z.strictObject({
  region: regionSchema.describe('AWS region of the environment.'),
  account: accountSchema.describe('AWS account ID of the environment; credentials of another account are refused.'),
  role: roleSchema.optional(),
  services: z
    .record(nameSchema, placementSchema)
    .optional()
    .describe(
      'The services of this environment, each with its ECS cluster and service, or its Elastic Beanstalk environment.',
    ),
  sites: z
    .record(nameSchema, sitePlacementSchema)
    .optional()
    .describe('The static sites of this environment, each with its S3 bucket and CloudFront distribution.'),
  waves: z
    .array(z.array(memberSchema).min(1, 'must have a service or site'))
    .min(1, 'must have a wave')
    .optional()
    .describe(
      'Waves: all services and sites of this environment, in groups that are deployed one after the other and rolled back together; <site>.assets is a site without its pages.',
    ),
  url: z
    .url('must be a URL such as https://api.example.com')
    .optional()
    .describe('URL of the environment, displayed by GitHub, in the summary and in Slack.'),
  schedules: schedulesSchema
    .optional()
    .describe(
      'Scheduled tasks of services, which get the new revision after a deployment, and the earlier one after a rollback.',
    ),
  'image-tags': z
    .array(z.string().refine(isTag, 'must be at most 128 letters, digits, "_", "." and "-"'))
    .min(1, 'must have a tag')
    .optional()
    .describe(
      'Tags that the image gets in its repository once all services of this environment run it, such as production.',
    ),
  slack: z
    .string()
    .regex(channelId, channelIdRule)
    .optional()
    .describe('ID of the Slack channel for the live message.'),
})

const environmentSchema = placed.superRefine(checkWaves).superRefine(checkSchedules)

/** Schema of slipway.yml; the JSON Schema of `schema/` is generated from it. */
export const configSchema = z
  .strictObject({
    version: z.literal(1, 'must be 1').describe('Version of the file format: 1.'),
    image: imageSchema.describe('The image, which is built once and deployed to all environments.').optional(),
    images: imagesSchema.describe('Several images of this repository, by name, instead of image.').optional(),
    services: z.record(nameSchema, serviceSchema).optional().describe('The services of this repository.'),
    sites: z.record(nameSchema, siteSchema).optional().describe('The static sites of this repository.'),
    environments: z
      .record(nameSchema, environmentSchema)
      .describe('The environments, each named like its GitHub environment.'),
  })
  .superRefine(checkMembers)
  .superRefine(checkImageTags)
  .superRefine(checkImages)
  .superRefine(checkContainers)

/** A valid environment of slipway.yml. */
export type EnvironmentConfig = Filled<z.infer<typeof environmentSchema>>

/** slipway.yml, once it is valid. */
export type Config = Omit<Filled<z.infer<typeof configSchema>>, 'environments'> & {
  readonly environments: Readonly<Record<string, EnvironmentConfig>>
}

type Filled<Part extends { readonly services?: unknown; readonly sites?: unknown }> = Part & {
  readonly services: NonNullable<Part['services']>
  readonly sites: NonNullable<Part['sites']>
}

/** With an empty record in the place of services or sites that are absent. */
export function filled(written: z.infer<typeof configSchema>): Config {
  const withBoth = <Part extends object>(part: Part) => ({ services: {}, sites: {}, ...part })
  const environments = Object.entries(written.environments).map(([name, one]) => [name, withBoth(one)] as const)
  return { ...withBoth(written), environments: Object.fromEntries(environments) }
}

/** The part of a JSON Schema that defines an object's keys, with their descriptions. */
export interface SchemaNode {
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode
  /** Of a list. */
  readonly items?: SchemaNode
  /** Of a value that has one of several forms. */
  readonly anyOf?: readonly SchemaNode[]
}

/** JSON Schema (draft 2020-12) of slipway.yml, for editors and for suggestions. */
export function jsonSchema(): SchemaNode {
  return { title: 'slipway.yml', ...(z.toJSONSchema(configSchema) as SchemaNode) } as SchemaNode
}
