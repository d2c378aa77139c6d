import { z } from 'zod'
import { isTag } from '../image/reference.ts'
import { channelId, channelIdRule } from '../slack-channel.ts'
import { deploymentSchema } from './deployment-settings.ts'
import { checkImageTags } from './environment-tags.ts'
import { checkImages, imageSchema, imagesSchema } from './image-schema.ts'
import { accountSchema, nameSchema, regionSchema, roleSchema } from './names.ts'
import { checkServices } from './services.ts'
import { checkWaves } from './waves.ts'

const serviceSchema = z.strictObject({
  'task-definition': z
    .string()
    .optional()
    .describe('File with the task definition; the live revision of the service when absent.'),
  container: z
    .string()
    .optional()
    .describe('Container that receives the image; required where several containers are essential.'),
  'codedeploy-appspec': z
    .string()
    .optional()
    .describe('File with the AppSpec; generated from the service when absent.'),
  'service-definition': z
    .string()
    .optional()
    .describe('File with the members of aws ecs create-service, from which a missing service is created.'),
})

const placementSchema = z.strictObject({
  cluster: z.string().min(1).describe('Name of the ECS cluster.'),
  service: z.string().min(1).describe('Name of the ECS service.'),
  'task-definition': z
    .string()
    .optional()
    .describe('File with the task definition in this environment, instead of the one under services.'),
  'codedeploy-appspec': z
    .string()
    .optional()
    .describe('File with the AppSpec in this environment, instead of the one under services.'),
  'service-definition': z
    .string()
    .optional()
    .describe('File from which a missing service is created in this environment, instead of the one under services.'),
  'codedeploy-application': z
    .string()
    .optional()
    .describe('CodeDeploy application; AppECS-<cluster>-<service> when absent.'),
  'codedeploy-deployment-group': z
    .string()
    .optional()
    .describe('CodeDeploy deployment group; DgpECS-<cluster>-<service> when absent.'),
  deployment: deploymentSchema.optional(),
})

const placed = z.strictObject({
  region: regionSchema.describe('AWS region of the environment.'),
  account: accountSchema.describe('AWS account ID of the environment; credentials of another account are refused.'),
  role: roleSchema.optional(),
  services: z
    .record(nameSchema, placementSchema)
    .describe('The services of this environment, each with its ECS cluster and service.'),
  waves: z
    .array(z.array(nameSchema).min(1, 'must have a service'))
    .min(1, 'must have a wave')
    .optional()
    .describe(
      'Waves: all services of this environment, in groups that are deployed one after the other and rolled back together.',
    ),
  url: z
    .url('must be a URL such as https://api.example.com')
    .optional()
    .describe('URL of the environment, displayed by GitHub, in the summary and in Slack.'),
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

const environmentSchema = placed.superRefine(checkWaves)

/** Schema of slipway.yml; the JSON Schema of `schema/` is generated from it. */
export const configSchema = z
  .strictObject({
    version: z.literal(1, 'must be 1').describe('Version of the file format: 1.'),
    image: imageSchema.describe('The image, which is built once and deployed to all environments.').optional(),
    images: imagesSchema.describe('Several images of this repository, by name, instead of image.').optional(),
    services: z.record(nameSchema, serviceSchema).describe('The services of this repository.'),
    environments: z
      .record(nameSchema, environmentSchema)
      .describe('The environments, each named like its GitHub environment.'),
  })
  .superRefine(checkServices)
  .superRefine(checkImageTags)
  .superRefine(checkImages)

/** slipway.yml, once it is valid. */
export type Config = z.infer<typeof configSchema>
/** A valid environment of slipway.yml. */
export type EnvironmentConfig = z.infer<typeof environmentSchema>

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
