import type { Entry } from '../entry.ts'

const docker = 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/troubleshooting-docker.html'
const hooks = 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-linux-extend.hooks.html'

/**
 * What the deployment log of Elastic Beanstalk has of a failed step: words of its engine on the instance (`eb-engine.log`), of
 * Docker, and of the tools that build a program.
 */
export const beanstalkLog: readonly Entry[] = [
  {
    code: 'beanstalk-image-denied',
    pattern:
      /no basic auth credentials|not authorized to perform: ecr:(?<action>\w+)|pull access denied for (?<image>\S{1,300}?)[,\s]/,
    error: 'Failed to pull Docker image {image}',
    why: 'the instance profile is not authorized to pull from the registry {action}',
    fix: 'Attach AmazonEC2ContainerRegistryReadOnly to the role of the instance profile (IamInstanceProfile); for another registry set Authentication in Dockerrun.aws.json.',
    docs: docker,
  },
  {
    code: 'beanstalk-image-missing',
    pattern:
      /manifest (?:for (?<image>\S{1,300}) not found|unknown)|(?:failed|Failed) to pull Docker image (?<name>\S{1,300}?):? .*not found/,
    error: 'Failed to pull Docker image {image}',
    why: 'the image does not exist in the registry (manifest unknown)',
    fix: 'Push the image to the registry that the bundle names, in the region of the environment, then deploy again.',
    docs: docker,
  },
  {
    code: 'beanstalk-platform',
    pattern: /no matching manifest for (?<platform>\S{1,40})|exec format error/,
    error: 'no matching manifest for {platform|the platform of the instances}',
    why: 'the image or program is built for another CPU architecture than that of the instances {platform}',
    fix: 'Build it for the architecture of the instance type: linux/arm64 for Graviton, else linux/amd64.',
  },
  {
    code: 'beanstalk-digest-refused',
    pattern: /invalid reference format|Dockerrun\.aws\.json.{0,80}(?:@sha256|digest)/,
    error: 'invalid reference format',
    why: 'the platform did not accept the image reference in the bundle',
    fix: 'Set bundle-format: compose, which passes the digest to Docker Compose; or set image to a tag.',
    docs: docker,
  },
  {
    code: 'beanstalk-image-pull',
    pattern: /[Ff]ailed to pull [Dd]ocker image (?<image>\S{1,300})/,
    error: 'Failed to pull Docker image {image}',
    why: 'Docker on the instance could not pull it',
    fix: 'Read the lines after it in the deployment log; check the image name, the permissions of the instance profile and the route to the registry.',
    docs: docker,
    confidence: 'likely',
  },
  {
    code: 'beanstalk-expose-missing',
    pattern: /No EXPOSE directive found in Dockerfile/,
    error: 'No EXPOSE directive found in Dockerfile, abort deployment',
    why: 'the Docker platform takes the port of the container from EXPOSE',
    fix: 'Add EXPOSE with the port of the program to the Dockerfile, or set Ports in Dockerrun.aws.json.',
    docs: docker,
  },
  {
    code: 'beanstalk-dockerrun-version',
    pattern: /Unsupported AWSEBDockerrunVersion:?\s*(?<version>\S{0,20})/,
    error: 'Unsupported AWSEBDockerrunVersion {version}',
    why: 'the version of Dockerrun.aws.json does not fit the platform: 1 is for Docker, 2 for ECS managed Docker, 3 for Docker with a compose file',
    fix: 'Set AWSEBDockerrunVersion to the version that the platform of the environment takes.',
    docs: docker,
  },
  {
    code: 'beanstalk-registry-auth',
    pattern: /Failed to download authentication credentials|Invalid auth configuration file/,
    error: 'Failed to download authentication credentials',
    why: 'the file with the credentials of the registry is unreadable or invalid',
    fix: 'Check bucket and key of Authentication in Dockerrun.aws.json, s3:GetObject of the instance profile, and that the bucket is in the region of the environment.',
    docs: docker,
  },
  {
    code: 'beanstalk-hook-mode',
    pattern: /fork\/exec (?<hook>\S{1,200}): permission denied|(?<file>\.platform\/\S{1,200}): [Pp]ermission denied/,
    error: 'fork/exec {hook}{file}: permission denied',
    why: 'the hook is not executable',
    fix: 'Run `git update-index --chmod=+x` on the file and commit it: the bundle keeps the mode of every file.',
    docs: hooks,
  },
  {
    code: 'beanstalk-hook-interpreter',
    pattern:
      /fork\/exec (?<hook>\S{1,200}): no such file or directory|bad interpreter|env: '?\S{1,40}\\r'?: No such file/,
    error: 'fork/exec {hook}: no such file or directory',
    why: 'the first line of the hook names an interpreter that does not exist, often because its lines end with CRLF',
    fix: 'Start the hook with #!/bin/bash, and save it with LF line endings (.gitattributes: *.sh text eol=lf).',
    docs: hooks,
  },
  {
    code: 'beanstalk-disk-full',
    pattern: /[Nn]o space left on device/,
    error: 'No space left on device',
    why: 'the root volume of an instance is full',
    fix: 'Raise RootVolumeSize (aws:autoscaling:launchconfiguration), or remove old Docker images and logs on the instances.',
  },
  {
    code: 'beanstalk-memory',
    pattern:
      /heap out of memory|[Cc]annot allocate memory|signal: killed|exit status 137|Out of memory: Killed process|ENOMEM/,
    error: 'Out of memory',
    why: 'a process on the instance ran out of memory during the deployment',
    fix: 'Choose a larger instance type, or build in the workflow and deploy the result, so that nothing is built on the instance.',
  },
  {
    code: 'beanstalk-container-command',
    pattern: /Command (?<name>[\w.-]{1,100}) failed|Error occurred during build: (?<what>[^\n]{1,200})/,
    error: 'Command {name} failed',
    why: 'a command in `.ebextensions` (commands or container_commands) exited with an error {what}',
    fix: 'Correct the command; its output is in the deployment log. Commands with leader_only do not run with the policy TrafficSplitting.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html',
  },
  {
    code: 'beanstalk-procfile',
    pattern: /failed to generate a 'Procfile'(?<what>[^\n]{0,300})|'Procfile' (?:is missing|could not be found)/,
    error: "Instance deployment failed to generate a 'Procfile'",
    why: 'the bundle has no file by which the platform finds the program {what}',
    fix: 'Put the files at the root of the bundle, not in a folder of it, and add a Procfile or the usual start file of the platform.',
  },
  {
    code: 'beanstalk-bundle-unreadable',
    pattern:
      /not a valid zip file|cannot find or open .*\.zip|failed to unzip|[Uu]nable to extract|unsupported compression/,
    error: 'not a valid zip file',
    why: 'the instance could not unpack the source bundle',
    fix: 'Deploy a ZIP file (deployment-package-path), or set source-directory so that the bundle is made by this action.',
  },
  {
    code: 'beanstalk-proxy-config',
    pattern: /nginx: \[emerg\] (?<what>[^\n]{1,300})/,
    error: 'nginx: [emerg] {what}',
    why: 'the configuration of the reverse proxy in `.platform/nginx` is invalid',
    fix: 'Correct the file that nginx names; `nginx -t` on an instance checks it.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-linux-extend.proxy.html',
  },
  {
    code: 'beanstalk-port-in-use',
    pattern: /EADDRINUSE(?:[^\n]{0,60}?(?<port>\d{2,5}))?|address already in use/,
    error: 'EADDRINUSE {port}',
    why: 'the port is already in use on the instance',
    fix: 'Listen on the port in the variable PORT, and start one process only.',
  },
  {
    code: 'beanstalk-module-missing',
    pattern: /Cannot find module '(?<module>[^'\n]{1,200})'|No module named '?(?<package>[\w.]{1,100})/,
    error: 'Cannot find module {module}',
    why: 'the program needs a module that is not installed on the instance {package}',
    fix: 'Add it to the dependencies, or ship it in the bundle (.ebignore may exclude it).',
  },
  {
    code: 'beanstalk-build-failed',
    pattern:
      /npm (?:ERR!|error) (?<what>[^\n]{1,300})|(?<pip>Could not find a version that satisfies the requirement \S{1,100})|(?<maven>BUILD FAILURE)/,
    error: '{what|the build on the instance failed}',
    why: 'installing or building the program on the instance failed {pip}',
    fix: 'Run the same command in the workflow; better, build there and deploy the result.',
    confidence: 'likely',
  },
  {
    code: 'beanstalk-no-route',
    pattern:
      /ETIMEDOUT|Temporary failure in name resolution|Could not resolve host|[Nn]etwork is unreachable|i\/o timeout/,
    error: 'ETIMEDOUT',
    why: 'the instance has no route to a host that the deployment needs',
    fix: 'Give private subnets a NAT gateway, or VPC endpoints for S3, ECR, CloudFormation, SQS and Elastic Beanstalk; allow outbound HTTPS and NTP (UDP 123).',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/vpc.html',
    confidence: 'likely',
  },
  {
    code: 'beanstalk-instance-permission',
    pattern:
      /(?:assumed-role\/(?<role>[^/\s]{1,64})\/\S{1,64} )?is not authorized to perform: (?<action>[\w-]{1,40}:\w{1,60})/,
    error: 'not authorized to perform {action}',
    why: 'role {role|of the instance profile} is not authorized to perform {action}',
    fix: 'Allow {action} in the role of the instance profile.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-instanceprofile.html',
  },
]
