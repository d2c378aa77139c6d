import { z } from 'zod'
import { deploymentSchema } from './deployment-settings.ts'
import { afterSchema } from './invalidation-schema.ts'

/** Schema of a service in slipway.yml. */
export const serviceSchema = z.strictObject({
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

/** Schema of a service of Amazon ECS in an environment. */
export const placementSchema = z.strictObject({
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
  after: afterSchema.optional(),
})
