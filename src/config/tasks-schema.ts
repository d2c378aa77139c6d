import { z } from 'zod'
import { lockName } from '../targets/ecs/request/started-by.ts'
import type { ReleaseTask } from '../targets/steps/request/release-steps.ts'
import {
  commandSchema,
  durationSchema,
  environmentVariablesSchema,
  millisecondsOf,
  stepNameSchema,
  taskPlaceSchema,
  variablesOf,
} from './step-schema.ts'
import { placeIn } from './verify-schema.ts'

const taskSchema = z.strictObject({
  container: z
    .string()
    .min(1)
    .optional()
    .describe('Container that has the command; the only essential one when absent.'),
  command: commandSchema.describe('Command of the task, a list of arguments.'),
  environment: environmentVariablesSchema.optional().describe('Variables of the environment of the container.'),
  when: taskPlaceSchema.optional(),
  timeout: durationSchema(60, 21_600).optional().describe('Time limit of the task; 30m when absent.'),
  lock: z
    .string()
    .regex(lockName, 'must be at most 100 letters, digits, "-", "_" and "/"')
    .optional()
    .describe('Only one task with this name runs at a time in the cluster, whatever repository starts it.'),
})

/** Schema of the tasks of a service: one-off tasks of the new revision, such as migrations. */
export const tasksSchema = z
  .record(stepNameSchema, taskSchema)
  .describe('One-off tasks that are a part of each deployment, such as a migration, in the order of the file.')

/** The tasks under the names of the domain. */
export function tasksIn(written: z.infer<typeof tasksSchema>): readonly ReleaseTask[] {
  return Object.entries(written).map(([name, { when = 'before', timeout, environment, ...task }]) => ({
    ...task,
    name,
    environment: variablesOf(environment),
    when: when === 'before' ? when : (placeIn(when) ?? 'after'),
    timeout: Math.ceil(millisecondsOf(timeout, 1_800_000) / 60_000),
  }))
}
