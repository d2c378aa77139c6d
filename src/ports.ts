/**
 * The program's external interfaces, kept narrow. The domain (`image task-definition deployment diagnosis report config`) knows
 * only these; the adapters (`aws slack github docker runner`) implement them.
 *
 * Shapes are AWS's own (same member names as the API), cut down to the members that are read.
 * All adapters throw `Failure`; a mutation whose reply was lost has been read back before they return or throw.
 */

export type * from './ports/account.ts'
export type * from './ports/beanstalk.ts'
export type * from './ports/builder.ts'
export type * from './ports/codedeploy.ts'
export type * from './ports/commit-history.ts'
export type * from './ports/continuous-deployment.ts'
export type * from './ports/credentials.ts'
export type * from './ports/deployment-configuration.ts'
export type * from './ports/deployment-statuses.ts'
export type * from './ports/distributions.ts'
export type * from './ports/ecr-push-jobs.ts'
export type * from './ports/ecr-scans.ts'
export type * from './ports/ecs.ts'
export type * from './ports/environment-history.ts'
export type * from './ports/evidence.ts'
export type * from './ports/express.ts'
export type * from './ports/http-probe.ts'
export type * from './ports/identity.ts'
export type * from './ports/image-store.ts'
export type * from './ports/json.ts'
export type * from './ports/listeners.ts'
export type * from './ports/network.ts'
export type * from './ports/object-storage.ts'
export type * from './ports/origin-path.ts'
export type * from './ports/page-reader.ts'
export type * from './ports/preflight.ts'
export type * from './ports/registry.ts'
export type * from './ports/repository.ts'
export type * from './ports/revision-history.ts'
export type * from './ports/role-policies.ts'
export type * from './ports/roles.ts'
export type * from './ports/scaling.ts'
export type * from './ports/schedules.ts'
export type * from './ports/service.ts'
export type * from './ports/slack.ts'
