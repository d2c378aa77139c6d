import { z } from 'zod'
import { afterSchema } from './invalidation-schema.ts'
import { httpVerifySchema } from './verify-schema.ts'

const path = z.string().min(1)

/** Schema of a service of Elastic Beanstalk. */
export const beanstalkSchema = z
  .strictObject({
    application: z.string().min(1).describe('Name of the Elastic Beanstalk application.'),
    'source-directory': path.optional().describe('Folder that becomes the source bundle, relative to the repository.'),
    'exclude-patterns': z
      .array(z.string().min(1))
      .optional()
      .describe('Files of the folder that are left out, beside those of .ebignore or .gitignore.'),
    'deployment-package-path': path
      .optional()
      .describe('Source bundle (.zip, .war or .jar) that an earlier step has made, instead of a folder.'),
    image: z
      .enum(['compose', 'dockerrun', 'cluster'], 'must be compose, dockerrun or cluster')
      .optional()
      .describe(
        'Deploys the image of the workflow: named in the source bundle by compose (docker-compose.yml) or dockerrun (Dockerrun.aws.json), or as it is on a cluster platform.',
      ),
    'container-port': z
      .int()
      .min(1, 'must be at least 1')
      .max(65_535, 'must be at most 65535')
      .optional()
      .describe('Port of the container, where the file that names the image is generated; 8080 when absent.'),
    'compose-service': z.string().min(1).optional().describe('Service of docker-compose.yml that gets the image.'),
  })
  .superRefine((given, context) => {
    const { 'source-directory': folder, 'deployment-package-path': bundle, image } = given
    const issue = (message: string) => context.addIssue({ code: 'custom', path: [], message })
    if ((folder ?? bundle ?? image) === undefined)
      issue('must have source-directory, deployment-package-path or image: there is nothing to deploy')
    if (bundle !== undefined && (folder ?? image) !== undefined)
      issue('has deployment-package-path, which excludes source-directory and image')
    if (image === 'cluster' && folder !== undefined) issue('has image: cluster, which excludes source-directory')
  })

const colors = ['Green', 'Yellow', 'Red', 'Grey'] as const

/** Schema of such a service in an environment. */
export const beanstalkPlacementSchema = z.strictObject({
  environment: z
    .string()
    .regex(/^[A-Za-z0-9-]{4,40}$/, 'must be the name of an environment: 4 to 40 letters, digits and hyphens')
    .describe('Name of the Elastic Beanstalk environment, for a service with beanstalk.'),
  'option-settings': z
    .record(
      z.string().regex(/^(aws:[\w:-]+:[^:=\s]+|env:[A-Za-z_]\w*)$/, 'must be namespace:OptionName or env:NAME'),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .optional()
    .describe('Option settings, such as aws:elasticbeanstalk:command:Timeout or env:NAME; absent ones are unchanged.'),
  'accepted-health': z
    .array(z.enum(colors, `must be one of ${colors.join(', ')}`))
    .min(1, 'must have a color')
    .optional()
    .describe('Health with which a deployment succeeds: Green and Yellow when absent.'),
  'roll-back-on-failure': z
    .boolean()
    .optional()
    .describe(
      'Deploys the version before again where instances are left with the new one, or it is unhealthy. Changed option settings get their former values.',
    ),
  'keep-versions': z
    .int()
    .min(1, 'must be at least 1')
    .max(1000, 'must be at most 1000')
    .optional()
    .describe('Application versions that are kept, with those in use; all when absent.'),
  's3-bucket-name': z
    .string()
    .min(1)
    .optional()
    .describe('Bucket for source bundles; that of Elastic Beanstalk when absent.'),
  verify: httpVerifySchema.optional(),
  after: afterSchema.optional(),
})
