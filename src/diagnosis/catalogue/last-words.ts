import type { Entry } from '../entry.ts'

const error = 'Essential container in task exited ({exitCode})'

/** Log lines that programs print before they exit, where they show what to do. */
export const lastWords: readonly Entry[] = [
  {
    code: 'exec-format',
    pattern: /exec format error/i,
    error,
    why: '`{words|exec format error}`: the image is built for another CPU architecture than the task runs on',
    fix: 'Build the image for the platform of the task (linux/amd64 for X86_64, linux/arm64 for ARM64), or change runtimePlatform.cpuArchitecture in the task definition.',
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html',
    // A script without a first line such as #!/bin/sh ends in the same words.
    confidence: 'likely',
  },
  {
    code: 'heap-out-of-memory',
    pattern: /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|MemoryError/,
    error,
    why: '`{words|JavaScript heap out of memory}` (last log line)',
    fix: 'Raise the heap limit of the runtime (such as --max-old-space-size or -XX:MaxRAMPercentage) and memory of the task, or reduce the memory use of the program.',
  },
  {
    code: 'port-in-use',
    pattern: /EADDRINUSE|address already in use/i,
    error,
    why: '`{words|EADDRINUSE: address already in use}` (last log line)',
    fix: 'Give each container of the task its own port: they share one network namespace.',
  },
  {
    code: 'module-missing',
    pattern: /Cannot find module|ModuleNotFoundError|ClassNotFoundException|cannot open shared object file/,
    error,
    why: '`{words|Cannot find module}` (last log line)',
    fix: 'A module is missing from the image. Check the COPY lines of the final Dockerfile stage.',
  },
  {
    code: 'login-refused',
    pattern: /password authentication failed|Access denied for user|authentication failed|invalid credentials/i,
    error,
    why: '`{words|password authentication failed}` (last log line)',
    fix: 'Check the secret with the credentials, and that it belongs to this environment.',
  },
  {
    code: 'dependency-unreachable',
    pattern: /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|getaddrinfo|could not connect|connection refused|no such host/i,
    error,
    why: '`{words|ECONNREFUSED}` (last log line)',
    fix: 'Check the address that the program connects to, and that its security group allows inbound traffic from the task.',
  },
  {
    code: 'permission-denied',
    pattern: /EACCES|permission denied|Read-only file system/i,
    error,
    why: '`{words|EACCES: permission denied}` (last log line)',
    fix: 'Check the user of the image, readonlyRootFilesystem, and the permissions on mounted volumes.',
  },
]
