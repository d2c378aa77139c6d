/** The image cannot be pulled. */
import { newImage } from '../../deployment/scene.ts'
import { ecsGuide, type FailureScenario, github } from './scenario.ts'

const notPulled = (words: string) =>
  ({ kind: 'fails-to-start', stoppedReason: `CannotPullContainerError: ${words}` }) as const

export const images: readonly FailureScenario[] = [
  {
    name: 'the tag was never pushed',
    source: ecsGuide('task_cannot_pull_image'),
    engine: 'rolling',
    tasks: notPulled(
      `pull image manifest has been retried 5 time(s): failed to resolve ref ${newImage}: ${newImage}: not found`,
    ),
    decisive: /CannotPullContainerError/,
    cause: [newImage, /not found|does not exist|no such|not there/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the registry says 403',
    source: github('aws/aws-cdk/issues/14457'),
    engine: 'CodeDeploy',
    tasks: notPulled(
      `inspect image has been retried 1 time(s): failed to resolve ref "${newImage}": unexpected status code [manifests v2]: 403 Forbidden`,
    ),
    decisive: /403 Forbidden/,
    cause: ['registry.example.com/api', /permission|denied|denies|not allow|may not|forbid|forbidden|refuse/i],
    verdict: 'rolled-back',
  },
  {
    name: "Docker Hub's pull rate limit",
    source: github('apptension/saas-boilerplate/issues/204'),
    engine: 'blue/green',
    tasks: notPulled(
      'inspect image has been retried 5 time(s): httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/cypress/included/manifests/sha256:86e3bff9634b85a5239a65974ac3c98f51277a8e1519fbd57b5e528f55ab8bf7: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
    ),
    decisive: /toomanyrequests/,
    cause: [/limit|too many/i, /image|pull/i],
    verdict: 'rolled-back',
  },
  {
    name: 'no way to the registry: i/o timeout',
    source: github('deepfence/terraform-aws-cloud-scanner/issues/13'),
    engine: 'rolling',
    tasks: notPulled(
      `pull image manifest has been retried 5 time(s): failed to resolve ref ${newImage}: failed to do request: Head "https://registry.example.com/v2/api/manifests/v2": dial tcp 3.210.148.47:443: i/o timeout`,
    ),
    decisive: /i\/o timeout/,
    cause: [/image|registry|ECR/i, /network|connect|reach|route|timed? ?out|answer/i],
    never: [/does not exist|not found/i],
    verdict: 'rolled-back',
  },
  {
    name: 'built for another platform',
    source: github('aviswerdlow/relay/issues/71'),
    engine: 'linear',
    tasks: notPulled(
      "pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
    decisive: /descriptor matching platform/,
    cause: [/amd64/, /platform|architecture|built for|variant/i],
    verdict: 'rolled-back',
  },
]
