import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html'
const endpoints = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html'

const error = '{errorName|CannotPullContainerError}'

/** Words such as `: not found` mean other things where no image is pulled. */
const pull = /CannotPull|failed to resolve ref|can['’]t pull the image|image manifest/

/** `CannotPull…` and its relatives, as ECS and the container agent print them. From the special to the general. */
export const imagePull: readonly Entry[] = [
  {
    code: 'image-platform',
    pattern: /image Manifest does not contain descriptor matching platform '(?<platform>[^']+)'/,
    error,
    why: "manifest of image {image} does not contain descriptor matching platform '{platform}'",
    fix: 'Build the image for {platform} (build-push: platforms: {platform}), or set runtimePlatform.cpuArchitecture in the task definition to the architecture of the image.',
    docs,
  },
  {
    code: 'image-not-found',
    pattern: /: not found|manifest unknown|manifest for \S+ not found/,
    within: pull,
    error,
    why: 'image {image} not found',
    fix: 'Check that the push step ran, and that registry (account and region), repository and tag or digest are correct; a lifecycle policy can have deleted the image.',
    docs,
  },
  {
    code: 'image-not-found',
    pattern: /Check whether the image exists/,
    error,
    why: 'image {image} not found, or access denied',
    fix: 'Check that the push step ran, that registry (account and region), repository and tag or digest are correct, and that the execution role is authorized to pull the image.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'registry-layers-unreachable',
    pattern:
      /(?:cannot pull .+ from the registry|failed to copy: httpReadSeeker).*(?<reason>i\/o timeout|connection issue|context deadline exceeded)/s,
    error,
    why: 'cannot reach Amazon S3, which stores the layers of image {image} ({reason|i/o timeout})',
    fix: 'Add an S3 gateway endpoint (or a NAT gateway) to the route tables of the subnets, and allow outbound TCP 443 to S3 in the security group of the task.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'registry-layers-denied',
    pattern:
      /failed to copy: httpReade?r?Seeker: failed open: unexpected status code(?:[^\n]{0,300}?: (?<status>\d{3} \w+))?/,
    error,
    why: 'Amazon S3 denied access to the layers of image {image} (unexpected status code {status})',
    fix: 'Allow the execution role in the policy of the S3 endpoint and in the policy of the KMS key that encrypts the repository.',
    docs: endpoints,
    confidence: 'likely',
  },
  {
    code: 'registry-unreachable',
    pattern:
      /failed to do request: (?:Head|Get) "https:\/\/(?<registry>[^/"]+).*(?<reason>i\/o timeout|connection refused|no such host|deadline exceeded)/s,
    error,
    why: 'cannot reach registry {registry} from the subnets of the task ({reason|i/o timeout})',
    fix: 'Add a route out: a NAT gateway, a public IP (assignPublicIp), or an ECR pull-through cache.',
    docs,
    weight: 'passing',
  },
  {
    code: 'registry-unreachable',
    pattern:
      /(?<reason>request canceled while waiting for connection|i\/o timeout|dial tcp)|Check your network configuration\./,
    within: pull,
    error,
    why: 'cannot reach the registry of image {image} from the subnets of the task ({reason|network})',
    fix: 'Add a route to the registry: VPC endpoints for ecr.api and ecr.dkr with an S3 gateway endpoint, a NAT gateway, or a public IP.',
    docs: endpoints,
    confidence: 'likely',
    weight: 'passing',
  },
  {
    code: 'registry-credentials-missing',
    pattern: /failed to authorize: failed to fetch anonymous token: unexpected status.* (?<status>40[13] \w+)/s,
    error,
    why: 'the registry of image {image} requires authentication (failed to fetch anonymous token: {status|401 Unauthorized}), and the container has no repositoryCredentials',
    fix: 'Set repositoryCredentials of the container (a secret with user name and password), or copy the image to ECR.',
    docs,
  },
  {
    code: 'image-pull-denied',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>ecr:\w+)(?: on resource: (?<resource>\S+))?/,
    error,
    why: 'execution role {role|of the task} is not authorized to perform {action} on {resource|the repository}',
    fix: 'Allow {action} in a policy of the execution role; for a repository of another account also in the repository policy.',
    docs,
  },
  {
    code: 'image-pull-denied',
    pattern:
      /(?<denied>denied: requested access to the resource is denied|pull access denied|API error \(404\): repository .{1,300} not found)|Check that the role has the permissions to pull images/,
    error,
    why: 'image {image} not found, or the execution role is not authorized to pull it ({denied|denied: requested access to the resource is denied})',
    fix: 'Check repository name, account and region, and the permissions of the execution role.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'registry-rate-limit',
    pattern: /(?<limit>toomanyrequests|reached your (?:unauthenticated )?pull rate limit)/i,
    error,
    why: 'pull rate limit of the registry reached for image {image} ({limit|toomanyrequests})',
    fix: 'Copy the image to ECR, or pull it through an ECR pull-through cache. Docker Hub allows more pulls with a login (repositoryCredentials).',
    docs,
    weight: 'passing',
  },
  {
    code: 'image-pull-denied',
    pattern: /unexpected status code [^:]{0,300}: (?<status>40[13] \w+)/,
    within: pull,
    error,
    why: 'not authorized to pull image {image} (unexpected status code {status|403 Forbidden})',
    fix: 'Check the permissions of the execution role and the repository policy; a private registry needs repositoryCredentials.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'disk-full',
    pattern: /no space left on device/,
    error,
    why: 'no space left on device',
    fix: 'Reduce the size of the image, or raise ephemeralStorage of the task (Fargate) or the volume of the container instance (EC2).',
    docs,
  },
  {
    code: 'image-pull-failed',
    pattern: /CannotPull(?:ECR)?(?:Container|ContainerAuth|ImageManifest)Error/,
    error,
    why: 'image {image} could not be pulled: {said|AWS gives no reason}',
    fix: 'Check the image reference, the registry, the network and the execution role.',
    docs,
    weight: 'general',
  },
]
