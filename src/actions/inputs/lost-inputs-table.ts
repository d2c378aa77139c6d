import { strategyInputs } from './strategy-inputs.ts'

/** Why a value does not arrive. */
export const lostInputCauses = {
  output:
    'GitHub drops a job output that contains a masked value such as an account ID; pass repository and digest between jobs, and compose the image in this job',
  variable: 'a variable, secret or output that this job does not have',
} as const

/**
 * GitHub passes an omitted input and an expression that evaluates to an empty text alike, so an empty input is a default. Where
 * other inputs require it, its value was lost, and the step fails.
 */
export interface LostInput {
  readonly actions: readonly string[]
  readonly lost: string
  /** Any of these shows it: names of inputs, and facts in words. */
  readonly shownBy: readonly string[]
  /** None of these may be given: each takes its place, or is a reason to leave it empty. */
  readonly unless: readonly string[]
  /** What would have come of it. */
  readonly otherwise: string
  readonly cause: keyof typeof lostInputCauses
  /** What to do where it is empty on purpose. */
  readonly onPurpose?: string
}

const names = (list: string): readonly string[] => list.split(' ')
const changesOfContainers = names(
  'environment-variables secrets remove-environment-variables env-files log-configuration-log-driver log-configuration-options docker-labels command',
)
const settings = Object.keys(strategyInputs)
const ofServices = [
  ...names(
    'desired-count force-new-deployment service-definition service-managed-ebs-volume-name codedeploy-appspec codedeploy-application codedeploy-deployment-group codedeploy-deployment-config codedeploy-deployment-description',
  ),
  ...settings,
]
const services = ['service', 'services', 'slipway.yml names the service']
const definitions = ['task-definition', 'task-definition-arn', 'slipway.yml names a task definition']
const keepImage = 'To change nothing but variables and secrets, set keep-image: true.'

/** All rules; docs/inputs.md is made of them. */
export const lostInputs: readonly LostInput[] = [
  {
    actions: ['deploy', 'doctor'],
    lost: 'image',
    shownBy: ['container-name', 'environment-variables', 'secrets'],
    unless: ['image', 'digests', 'keep-image'],
    otherwise: 'the deployment would keep the current image, or that of the file',
    cause: 'output',
    onPurpose: keepImage,
  },
  {
    actions: ['deploy'],
    lost: 'image',
    shownBy: ['slipway.yml names an image and a task definition'],
    unless: names('image digests keep-image task-definition task-definition-arn deployment-id'),
    otherwise: 'the deployment would use the image in the file, not the one that was built',
    cause: 'output',
    onPurpose: 'To deploy the file as it is, set keep-image: true.',
  },
  {
    actions: ['deploy'],
    lost: 'image',
    shownBy: services,
    unless: [
      ...names('image digests keep-image force-new-deployment deployment-id'),
      ...definitions,
      'preflight is only',
      'slipway.yml names images of containers',
    ],
    otherwise: 'the service would keep its image, and the step would be green',
    cause: 'output',
    onPurpose:
      'To change a count or settings alone, set keep-image: true; to restart the tasks, also for a tag that was moved, force-new-deployment: true.',
  },
  {
    actions: ['deploy'],
    lost: 'digests',
    shownBy: ['slipway.yml names images of containers'],
    unless: [...names('digests keep-image force-new-deployment deployment-id'), 'preflight is only'],
    otherwise: 'the service would keep its images, and the step would be green',
    cause: 'output',
    onPurpose: 'To change a count or settings alone, set keep-image: true.',
  },
  {
    actions: ['register-task-definition'],
    lost: 'image',
    shownBy: ['container-name', ...changesOfContainers],
    unless: ['image', 'images', 'keep-image'],
    otherwise: 'the new revision would have the previous image',
    cause: 'output',
    onPurpose: keepImage,
  },
  {
    actions: ['register-task-definition'],
    lost: 'image',
    shownBy: ['service', 'task-definition-arn', 'task-definition-family'],
    unless: [
      ...names('image images keep-image task-definition task-role-arn execution-role-arn register dry-run'),
      ...changesOfContainers,
    ],
    otherwise: 'nothing would be changed, and nothing registered',
    cause: 'output',
    onPurpose: 'To write a revision to a file, set register: false.',
  },
  {
    actions: ['rollback'],
    lost: 'image',
    shownBy: ['container-name'],
    unless: ['image', 'to'],
    otherwise: 'the service would be rolled back to the previous revision, not to that image',
    cause: 'output',
  },
  {
    actions: ['deploy', 'doctor'],
    lost: 'task-definition',
    shownBy: ['image', 'container-name', 'run-task'],
    unless: [...definitions, ...services, 'deployment-id'],
    otherwise: 'there is no task definition to deploy',
    cause: 'variable',
    onPurpose: 'To deploy an image with the task definition that a service has, set service.',
  },
  {
    actions: ['deploy', 'doctor'],
    lost: 'service',
    shownBy: ofServices,
    unless: [...services, 'deployment-id'],
    otherwise: 'a revision would be registered, and nothing deployed',
    cause: 'variable',
  },
  {
    actions: ['deploy', 'doctor'],
    lost: 'service',
    shownBy: ['cluster'],
    unless: [...services, 'deployment-id', 'run-task'],
    otherwise: 'a revision would be registered, and nothing deployed',
    cause: 'variable',
    onPurpose: 'To register a revision only, leave cluster empty.',
  },
  {
    actions: ['deploy', 'rollback', 'continue', 'doctor'],
    lost: 'environment',
    shownBy: ['config'],
    unless: ['environment'],
    otherwise: 'that file would not be read',
    cause: 'variable',
  },
  {
    actions: ['deploy', 'rollback', 'continue', 'doctor'],
    lost: 'environment',
    shownBy: ['slipway.yml is in the workspace'],
    unless: ['environment', 'cluster', 'deployment-id'],
    otherwise: 'the service would be read from the cluster default of the account of the credentials',
    cause: 'variable',
    onPurpose: 'To deploy without that file, set cluster.',
  },
  {
    actions: ['deploy', 'rollback', 'continue', 'doctor', 'register-task-definition', 'build-push', 'promote'],
    lost: 'role-to-assume',
    shownBy: ['role-session-name', 'role-duration-seconds', 'audience'],
    unless: ['role-to-assume', 'slipway.yml names the role'],
    otherwise: 'the step would use the ambient credentials of the job',
    cause: 'variable',
  },
  {
    actions: ['promote'],
    lost: 'digest',
    shownBy: ['repository'],
    unless: ['digest', 'image'],
    otherwise: 'it would not be known which image to promote',
    cause: 'output',
  },
  {
    actions: ['promote'],
    lost: 'to',
    shownBy: ['to-role-to-assume', 'to-region'],
    unless: ['to'],
    otherwise: 'the image would stay in its repository',
    cause: 'variable',
  },
  {
    actions: ['deploy'],
    lost: 'desired-count',
    shownBy: ['force-desired-count'],
    unless: ['desired-count'],
    otherwise: 'the desired count would not change',
    cause: 'variable',
  },
  {
    actions: ['build-push'],
    lost: 'scan',
    shownBy: ['scan-threshold', 'scan-only-fixable', 'scan-ignore', 'scan-timeout-minutes'],
    unless: ['scan'],
    otherwise: 'the scan of the image would not be read',
    cause: 'variable',
    onPurpose: 'To push without it, set scan: off.',
  },
]
