import { z } from 'zod'
import { beanstalkPlacementSchema, beanstalkSchema } from './beanstalk-schema.ts'
import { deploymentSchema } from './deployment-settings.ts'
import { afterSchema } from './invalidation-schema.ts'
import { nameSchema } from './names.ts'
import { tasksSchema } from './tasks-schema.ts'
import { verifySchema } from './verify-schema.ts'

/** Schema of a service in slipway.yml. */
export const serviceSchema = z
  .strictObject({
    'task-definition': z
      .string()
      .optional()
      .describe('File with the task definition; the live revision of the service when absent.'),
    container: z
      .string()
      .optional()
      .describe('Container that receives the image; required where several containers are essential.'),
    containers: z
      .record(z.string().min(1), nameSchema)
      .optional()
      .describe('Containers that receive images of images: name of the container, and name of its image.'),
    'codedeploy-appspec': z
      .string()
      .optional()
      .describe('File with the AppSpec; generated from the service when absent.'),
    'service-definition': z
      .string()
      .optional()
      .describe('File with the members of aws ecs create-service, from which a missing service is created.'),
    tasks: tasksSchema.optional(),
    beanstalk: beanstalkSchema
      .optional()
      .describe('Deploys the service to Elastic Beanstalk instead of Amazon ECS; excludes the other keys.'),
  })
  .superRefine(({ beanstalk, ...others }, context) => {
    const given = Object.entries(others).flatMap(([key, value]) => (value === undefined ? [] : [key]))
    if (beanstalk !== undefined && given.length > 0)
      context.addIssue({ code: 'custom', path: [], message: `has beanstalk, which excludes ${given.join(', ')}` })
  })

const ecsPlacementSchema = z.strictObject({
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
  'suspend-auto-scaling': z
    .boolean()
    .optional()
    .describe('Suspends Application Auto Scaling of the service during a deployment; false when absent.'),
  deployment: deploymentSchema.optional(),
  verify: verifySchema.optional(),
  after: afterSchema.optional(),
})

/** Schema of a service in an environment: of Amazon ECS, or of Elastic Beanstalk. */
export const placementSchema = z.union([ecsPlacementSchema, beanstalkPlacementSchema])

/** A service of Amazon ECS in an environment. */
export type EcsPlacement = z.infer<typeof ecsPlacementSchema>
