/** What makes a permission necessary, beside the action that is used. Those in `byDefault` are what most setups use. */
export const features = {
  ecs: 'services with the ECS deployment controller',
  codedeploy: 'services that AWS CodeDeploy deploys',
  'codedeploy-search': 'CodeDeploy groups that neither an input nor their default name identifies',
  'codedeploy-several': 'several services of CodeDeploy in one deployment',
  'codedeploy-alarms': 'codedeploy-alarms',
  several: 'several services in one deployment',
  evidence: 'the cause of a failed deployment',
  preflight: 'checks before a deployment',
  'secret-keys': 'check-secret-keys: reads the values of secrets',
  'create-service': 'service-definition: creates a missing service',
  express: 'services in Express Mode of Amazon ECS',
  'desired-count': 'desired-count',
  'suspend-auto-scaling': 'suspend-auto-scaling',
  'run-task': 'run-task, tasks of slipway.yml, and checks of verify that are tasks',
  'task-lock': 'lock of tasks in slipway.yml',
  'task-tags': 'tags of one-off tasks: run-task-tags, tags, propagate-tags',
  verify: 'verify and tasks where a deployment by ECS pauses',
  'codedeploy-verify': 'verify and tasks in READY_WAIT of CodeDeploy',
  'create-repository': 'create-repository',
  'lifecycle-policy': 'lifecycle-policy',
  'repository-policy': 'repository-policy',
  'repository-tags': 'repository-tags',
  'kms-key': 'kms-key',
  'creation-template': 'a repository creation template',
  scan: 'scan: report or require',
  'scan-basic': 'scan with basic scanning',
  'scan-enhanced': 'scan with enhanced scanning (Amazon Inspector)',
  'environment-resources':
    'environments of Elastic Beanstalk without an operations role: AWS acts with the rights of the caller',
  'option-settings': 'option-settings',
  'keep-versions': 'keep-versions',
  'swap-environment-name': 'swap-environment-name',
  'origin-path': 'publish: origin-path',
  canary: 'canary-weight, canary-header',
  invalidate: 'after.invalidate of slipway.yml',
  schedules: 'schedules of slipway.yml',
  signing: 'managed signing, wait-for-signing',
  replication: 'wait-for-replication',
  copy: 'copies of an image between repositories',
} as const

/** Name of a feature. */
export type Feature = keyof typeof features

/** Features that a policy has unless they are excluded: without them Slipway deploys, and checks and explains less. */
export const byDefault: readonly Feature[] = ['evidence', 'preflight', 'environment-resources']

/** What slipway.yml itself decides, service by service. */
export const byService: readonly Feature[] = [
  'ecs',
  'codedeploy',
  'codedeploy-several',
  'several',
  'copy',
  'invalidate',
  'schedules',
]

/** What can be asked for with `--with`. */
export const onRequest = (Object.keys(features) as readonly Feature[]).filter(
  (feature) => !byDefault.includes(feature) && !byService.includes(feature),
)

/** One row of a README's table: actions of IAM, and why Slipway needs them. In Markdown. */
export interface Permission {
  readonly actions: readonly string[]
  /** What `ecs:TagResource` is for; revisions of task definitions, with their registration, when undefined. */
  readonly tagged?: 'tasks' | 'service' | 'revisions'
  /** Behind the actions, such as `on the key`. */
  readonly note?: string
  readonly why: string
  /** Of a copy: whether it is for the source, the target or both. */
  readonly side?: 'source' | 'target' | 'both'
  /** What happens without them. */
  readonly without?: string
  /** Undefined: always. */
  readonly when?: Feature
}
