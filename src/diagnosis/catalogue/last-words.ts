import type { Entry } from '../entry.ts'

const why = 'container "{container}" exited with code {exitCode}, saying “{words}”'

/** What programs print before they end, where it says what to do. */
export const lastWords: readonly Entry[] = [
  {
    code: 'exec-format',
    pattern: /exec format error/i,
    why: 'the image of container "{container}" is built for another processor architecture than the task runs on (“{words}”)',
    fix: 'Build the image for the platform of the task (linux/amd64 for X86_64, linux/arm64 for ARM64), or change runtimePlatform.cpuArchitecture.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html',
    // A script without a first line such as #!/bin/sh ends in the same words.
    confidence: 'likely',
  },
  {
    code: 'heap-out-of-memory',
    pattern: /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|MemoryError/,
    why,
    fix: 'Give the runtime more heap (such as --max-old-space-size or -XX:MaxRAMPercentage) within more memory of the task, or find out why it needs so much.',
  },
  {
    code: 'port-in-use',
    pattern: /EADDRINUSE|address already in use/i,
    why,
    fix: 'Let each container of the task listen on its own port: they share one network.',
  },
  {
    code: 'module-missing',
    pattern: /Cannot find module|ModuleNotFoundError|ClassNotFoundException|cannot open shared object file/,
    why,
    fix: 'Put what is missing into the image: check what the last stage of the Dockerfile copies.',
  },
  {
    code: 'login-refused',
    pattern: /password authentication failed|Access denied for user|authentication failed|invalid credentials/i,
    why,
    fix: 'Check the secret with the login, and that it is the one of this environment.',
  },
  {
    code: 'dependency-unreachable',
    pattern: /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|getaddrinfo|could not connect|connection refused|no such host/i,
    why,
    fix: 'Check the address that the program connects to, and that its security group lets the task in.',
  },
  {
    code: 'permission-denied',
    pattern: /EACCES|permission denied|Read-only file system/i,
    why,
    fix: 'Check the user of the image, readonlyRootFilesystem and the rights on mounted volumes.',
  },
]
