import type { Entry } from '../entry.ts'

const docs = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html'
const endpoints = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html'

/** Words such as `: not found` mean other things where no image is pulled. */
const pull = /CannotPull|failed to resolve ref|can['’]t pull the image|image manifest/

/** `CannotPull…` and its relatives, as ECS and the container agent print them. From the special to the general. */
export const imagePull: readonly Entry[] = [
  {
    code: 'image-platform',
    pattern: /image Manifest does not contain descriptor matching platform '(?<platform>[^']+)'/,
    why: 'the image {image} has no variant for {platform}',
    fix: 'Build the image for {platform} (platforms: {platform}), or set runtimePlatform.cpuArchitecture of the task definition to what it was built for.',
    docs,
  },
  {
    code: 'image-not-found',
    pattern: /: not found|manifest unknown|manifest for \S+ not found/,
    within: pull,
    why: 'the image {image} does not exist',
    fix: 'Check that the push step ran and that repository, tag or digest, account and region are right; a lifecycle policy may have removed it.',
    docs,
  },
  {
    code: 'image-not-found',
    pattern: /Check whether the image exists/,
    why: 'the image {image} does not exist, or nobody may know of it',
    fix: 'Check that the push step ran and that repository, tag or digest, account and region are right; a lifecycle policy may have removed it.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'registry-layers-unreachable',
    pattern:
      /(?:cannot pull .+ from the registry|failed to copy: httpReadSeeker).*(?:i\/o timeout|connection issue|context deadline exceeded)/s,
    why: 'the layers of the image {image}, which ECR keeps in Amazon S3, cannot be reached',
    fix: 'Give the subnets an S3 gateway endpoint (or a NAT gateway), and let the security group reach S3 on port 443.',
    docs: endpoints,
    weight: 'passing',
  },
  {
    code: 'registry-layers-denied',
    pattern: /failed to copy: httpReade?r?Seeker: failed open: unexpected status code/,
    why: 'Amazon S3 refused the layers of the image {image}',
    fix: "Check the policy of the S3 endpoint and the key that encrypts the repository: both must allow the task's execution role.",
    docs: endpoints,
    confidence: 'likely',
  },
  {
    code: 'registry-unreachable',
    pattern:
      /failed to do request: (?:Head|Get) "https:\/\/(?<registry>[^/"]+).*(?:i\/o timeout|connection refused|no such host|deadline exceeded)/s,
    why: 'the registry {registry} cannot be reached from the subnets of the task',
    fix: 'Give the task a route out: a NAT gateway, a public IP (assignPublicIp), or a pull-through cache in ECR.',
    docs,
    weight: 'passing',
  },
  {
    code: 'registry-unreachable',
    pattern: /Check your network configuration\.|request canceled while waiting for connection|i\/o timeout|dial tcp/,
    within: pull,
    why: 'the registry of the image {image} cannot be reached from the subnets of the task',
    fix: 'Give the task a route to the registry: VPC endpoints for ecr.api and ecr.dkr with an S3 gateway endpoint, a NAT gateway, or a public IP.',
    docs: endpoints,
    confidence: 'likely',
    weight: 'passing',
  },
  {
    code: 'registry-credentials-missing',
    pattern: /failed to authorize: failed to fetch anonymous token: unexpected status.* 40[13]/s,
    why: 'the registry asks for a login, and the task definition has none',
    fix: 'Give the container repositoryCredentials (a secret with the login), or copy the image to ECR.',
    docs,
  },
  {
    code: 'image-pull-denied',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} is )?not authorized to perform: (?<action>ecr:\w+)(?: on resource: (?<resource>\S+))?/,
    why: 'the execution role {role|of the task} may not {action} on {resource|the repository}',
    fix: 'Allow {action} to the execution role; for a repository of another account also in the policy of the repository.',
    docs,
  },
  {
    code: 'image-pull-denied',
    pattern:
      /denied: requested access to the resource is denied|pull access denied|Check that the role has the permissions to pull images|API error \(404\): repository .* not found/,
    why: 'the image {image} does not exist, or the execution role may not pull it',
    fix: 'Check the name of the repository, its account and region, and the permissions of the execution role.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'registry-rate-limit',
    pattern: /toomanyrequests|reached your (?:unauthenticated )?pull rate limit/i,
    why: 'the image {image} could not be pulled: its registry (such as Docker Hub) limits how often one address may pull',
    fix: 'Copy the base image to ECR or use a pull-through cache; a login (repositoryCredentials) raises the limit.',
    docs,
    weight: 'passing',
  },
  {
    code: 'image-pull-denied',
    pattern: /unexpected status code [^:]{0,300}: (?<status>40[13] \w+)/,
    within: pull,
    why: 'the registry does not allow the pull of the image {image} ({status})',
    fix: 'Check the permissions of the execution role and the policy of the repository; a private registry needs repositoryCredentials.',
    docs,
    confidence: 'likely',
  },
  {
    code: 'disk-full',
    pattern: /no space left on device/,
    why: 'the disk is full',
    fix: 'Make the image smaller, or give the task more ephemeralStorage (Fargate) or the instance a bigger volume (EC2).',
    docs,
  },
  {
    code: 'image-pull-failed',
    pattern: /CannotPull(?:ECR)?(?:Container|ContainerAuth|ImageManifest)Error/,
    why: 'the image {image} could not be pulled: {said|AWS does not say why}',
    fix: 'Check the image, its registry, the network and the execution role.',
    docs,
    weight: 'general',
  },
]
