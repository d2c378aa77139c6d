import type { Entry } from '../entry.ts'

const troubleshooting = 'https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html'
const roles = 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/beanstalk-cluster-permissions.html'
const pull = 'ErrImagePull: Failed to pull image {image}'

/**
 * Kubernetes events of pods in the deployment log of a Beanstalk Cluster environment, in the words of kubelet and scheduler. From the
 * cause to its consequences: a pod that never gets ready has several.
 */
export const beanstalkPods: readonly Entry[] = [
  {
    code: 'pod-platform',
    pattern: /no match for platform in manifest|exec format error/,
    error: 'no match for platform in manifest',
    why: 'the image is built for another CPU architecture than that of the nodes',
    fix: 'Build it for the architecture that arch (aws:elasticbeanstalk:eks:environment) names, or change arch.',
  },
  {
    code: 'pod-image-denied',
    pattern:
      /Failed to pull image "(?<image>[^"\n]{1,300})[^\n]{0,1500}?(?:40[13] (?:Forbidden|Unauthorized)|no basic auth credentials|pull access denied|authorization failed|insufficient_scope)/,
    error: pull,
    why: 'the registry denied the pull',
    fix: 'Allow the node role (aws:elasticbeanstalk:eks node-role) to pull it: AmazonEC2ContainerRegistryPullOnly. A private image must be in Amazon ECR.',
    docs: roles,
  },
  {
    code: 'pod-image-missing',
    pattern: /Failed to pull image "(?<image>[^"\n]{1,300})[^\n]{0,1500}?(?:: not found|manifest unknown|NotFound)/,
    error: pull,
    why: 'the image does not exist in the registry',
    fix: 'Check that the push step ran, and that registry, repository and digest of image-uri are correct; a lifecycle policy can have deleted the image.',
  },
  {
    code: 'pod-image-unreachable',
    pattern:
      /Failed to pull image "(?<image>[^"\n]{1,300})[^\n]{0,1500}?(?<reason>i\/o timeout|no such host|connection refused|context deadline exceeded|TLS handshake timeout)/,
    error: pull,
    why: 'the nodes cannot reach the registry ({reason})',
    fix: 'Add a NAT gateway, or VPC endpoints for Amazon ECR and Amazon S3, to the subnets of the cluster.',
    docs: troubleshooting,
  },
  {
    code: 'pod-image-pull',
    pattern: /(?:Failed to pull|Back-off pulling) image "(?<image>[^"\n]{1,300})|ErrImagePull|ImagePullBackOff/,
    error: pull,
    why: 'the nodes cannot pull the image',
    fix: 'Read the events of the pod in the job summary; check image-uri and the node role.',
    docs: roles,
    confidence: 'likely',
  },
  {
    code: 'pod-configuration',
    pattern:
      /CreateContainerConfigError|Error: (?<what>(?:secret|configmap) "[^"\n]{1,200}" not found|couldn't find key [^\n]{1,200})/,
    error: 'CreateContainerConfigError',
    why: 'the pod refers to a value that does not exist {what}',
    fix: 'Check env-variables and secrets (aws:elasticbeanstalk:eks:environment) of the environment.',
  },
  {
    code: 'pod-command',
    pattern:
      /exec: "(?<command>[^"\n]{1,200})": (?<what>executable file not found in \$PATH|permission denied|[^\n:]{0,80}no such file or directory)|RunContainerError|CreateContainerError/,
    error: 'RunContainerError: exec: {command|the command}',
    why: 'the command of the container cannot be started: {what|see the events of the pod}',
    fix: 'Correct ENTRYPOINT or CMD of the image, and the mode of the file.',
  },
  {
    code: 'pod-memory',
    pattern: /OOMKill(?:ed|ing)/,
    error: 'OOMKilled',
    why: 'a container ran out of memory',
    fix: 'Raise memory-limit (aws:elasticbeanstalk:eks:environment), or reduce the memory use of the program.',
  },
  {
    code: 'pod-evicted',
    pattern: /Evicted|The node was low on resource: (?<resource>[\w-]{1,60})/,
    error: 'Evicted',
    why: 'the node of the pod ran short of a resource {resource}',
    fix: 'Set cpu and memory (aws:elasticbeanstalk:eks:environment) to what the program uses.',
    confidence: 'likely',
  },
  {
    code: 'pod-volume',
    pattern: /(?:FailedMount|FailedAttachVolume|MountVolume\.\w{1,20} failed for volume)(?<what>[^\n]{0,300})/,
    error: 'FailedMount',
    why: 'a volume of the pod could not be mounted{what}',
    fix: 'Check that the volume exists in the Availability Zone of the node, and the role of its driver.',
    docs: troubleshooting,
  },
  {
    code: 'pod-network',
    pattern: /FailedCreatePodSandBox|Failed to create pod sandbox|failed to assign an IP address to container/,
    error: 'FailedCreatePodSandBox',
    why: 'the pod got no network, often because the subnets of the cluster have no free IP address',
    fix: 'Free addresses in the subnets of the cluster, or create the environment in larger subnets.',
    docs: troubleshooting,
    confidence: 'likely',
  },
  {
    code: 'pod-refused',
    pattern: /Error creating: (?<what>[^\n]{1,300})/,
    error: 'FailedCreate',
    why: 'Kubernetes refused to create the pods: {what}',
    fix: 'Correct what it names: a quota, or a security policy of the namespace.',
  },
  {
    code: 'pod-probe-killed',
    pattern: /(?<probe>Liveness|Startup) probe failed: (?<what>[^\n]{1,300})/,
    within: /failed (?:liveness|startup) probe, will be restarted/,
    error: '{probe} probe failed: {what}',
    why: 'Kubernetes restarts the container because it does not answer its probe',
    fix: 'Check http-path, http-port and the timing of the probe (aws:elasticbeanstalk:eks:environment:liveness-probe, startup-probe), and that the program listens on the port in PORT (service-port).',
  },
  {
    code: 'pod-restarts',
    pattern: /(?:BackOff|Back-off)(?:[^\n]{0,200}?restarting failed container (?<container>[\w.-]{1,63}))?/,
    error: 'BackOff: Back-off restarting failed container {container}',
    why: 'the container exits again and again; last log line: `{words|none}`',
    fix: 'Fix the error in the last log lines of the pod.',
  },
  {
    code: 'pod-probe',
    pattern: /(?<probe>Readiness|Liveness|Startup) probe failed: (?<what>[^\n]{1,300})/,
    error: '{probe} probe failed: {what}',
    why: 'the pods of the new version do not get ready',
    fix: 'Check http-path and http-port of the probe (aws:elasticbeanstalk:eks:environment:readiness-probe), and that the program listens on the port in PORT (service-port).',
  },
  {
    code: 'pod-unschedulable',
    pattern: /(?:FailedScheduling[^\n]{0,80}?)?(?<what>\d+\/\d+ nodes are available: [^\n]{1,300})|FailedScheduling/,
    error: 'FailedScheduling',
    why: 'no node has room for the pods: {what|see the events}',
    fix: 'Reduce cpu and memory (aws:elasticbeanstalk:eks:environment), raise the vCPU quota of the account, or allow other instances by instance-category.',
    docs: troubleshooting,
    confidence: 'likely',
  },
]
