/** The task starts, and a container ends. */
import type { Definition } from './scenario.ts'
import { type FailureScenario, github } from './scenario.ts'

const traceback = [
  '[2026-11-20 09:00:03 +0000] [7] [INFO] Starting gunicorn 21.2.0',
  'Traceback (most recent call last):',
  '  File "/usr/local/lib/python3.12/site-packages/gunicorn/arbiter.py", line 609, in spawn_worker',
  '    worker.init_process()',
  '  File "/app/main.py", line 3, in <module>',
  '    from croniter import croniter',
  "ModuleNotFoundError: No module named 'croniter'",
  '[2026-11-20 09:00:04 +0000] [9] [INFO] Worker exiting (pid: 9)',
  '[2026-11-20 09:00:04 +0000] [7] [ERROR] Reason: Worker failed to boot.',
]

const nodeTrace = [
  'node:internal/modules/cjs/loader:1228',
  '  throw err;',
  '  ^',
  "Error: Cannot find module 'express'",
  'Require stack:',
  '- /app/server.js',
  '    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)',
  '    at Module._load (node:internal/modules/cjs/loader:1051:27)',
  '    at Module.require (node:internal/modules/cjs/loader:1311:19)',
  '    at Object.<anonymous> (/app/server.js:1:17) {',
  "  code: 'MODULE_NOT_FOUND',",
  "  requireStack: [ '/app/server.js' ]",
  '}',
  'Node.js v20.18.1',
]

const javaTrace = [
  'Exception in thread "main" java.lang.UnsupportedClassVersionError: com/acme/orders/Application has been compiled by a more recent version of the Java Runtime (class file version 65.0), this version of the Java Runtime only recognizes class file versions up to 62.0',
  '\tat java.base/java.lang.ClassLoader.defineClass1(Native Method)',
  '\tat java.base/java.lang.ClassLoader.defineClass(ClassLoader.java:1013)',
  '\tat java.base/java.security.SecureClassLoader.defineClass(SecureClassLoader.java:150)',
  '\tat java.base/java.net.URLClassLoader.defineClass(URLClassLoader.java:524)',
]

const routerImage = 'registry.example.com/log-router:v2'
const withRouter = (definition: Definition): Definition => {
  const [api] = definition.containerDefinitions ?? []
  const router = { name: 'log_router', image: routerImage, essential: true, logConfiguration: api?.logConfiguration }
  return { ...definition, containerDefinitions: [...(api ? [api] : []), router] }
}

export const containers: readonly FailureScenario[] = [
  {
    name: 'out of memory',
    source: github('aws/copilot-cli/issues/3470'),
    engine: 'rolling',
    tasks: { kind: 'out-of-memory', afterSeconds: 15, log: ['Importing 4,000,000 rows'] },
    decisive: /OutOfMemoryError/,
    cause: ['"api"', /memory/i],
    verdict: 'rolled-back',
  },
  {
    name: 'killed (137) without a word about memory',
    source: 'https://repost.aws/knowledge-center/ecs-tasks-container-exit-issues',
    engine: 'CodeDeploy',
    tasks: { kind: 'crash', exitCode: 137, afterSeconds: 8, log: ['listening on 8080'] },
    decisive: /"api" exited 137/,
    cause: ['"api"', /137|SIGKILL|killed/],
    never: [/"api" (used up|ran out of|exceeded)/i, /OutOfMemory/],
    verdict: 'rolled-back',
  },
  {
    name: 'a Python module is missing',
    source: github('diogomatoschaves/MyCryptoBot/issues/180'),
    engine: 'rolling',
    tasks: { kind: 'crash', exitCode: 3, log: traceback },
    decisive: /log ModuleNotFoundError/,
    cause: ['"api"', /code 3\b/, "ModuleNotFoundError: No module named 'croniter'"],
    verdict: 'rolled-back',
  },
  {
    name: 'a Node.js module is missing',
    source: github('geerlingguy/obs-task-list-overlay/issues/6'),
    engine: 'linear',
    tasks: { kind: 'crash', exitCode: 1, afterSeconds: 2, log: nodeTrace },
    decisive: /log Error: Cannot find module/,
    cause: ['"api"', /code 1\b/, "Cannot find module 'express'"],
    verdict: 'rolled-back',
  },
  {
    name: 'compiled for a newer Java',
    source: github('gameyfin/gameyfin/issues/192'),
    engine: 'CodeDeploy',
    tasks: { kind: 'crash', exitCode: 1, afterSeconds: 4, log: javaTrace },
    decisive: /UnsupportedClassVersionError/,
    cause: ['"api"', /code 1\b/, 'UnsupportedClassVersionError'],
    verdict: 'rolled-back',
  },
  {
    name: 'the shell does not find the command',
    source: github('docker/python-docker/issues/4'),
    engine: 'rolling',
    tasks: { kind: 'crash', exitCode: 127, afterSeconds: 1, log: ['/bin/sh: 1: gunicorn: not found'] },
    decisive: /gunicorn: not found/,
    cause: ['"api"', /127/, /gunicorn/],
    verdict: 'rolled-back',
  },
  {
    name: 'the runtime does not find the executable',
    source: github('jenkinsci/amazon-ecs-plugin/issues/258'),
    engine: 'blue/green',
    tasks: {
      kind: 'fails-to-start',
      stoppedReason: 'Task failed to start',
      containerReason:
        'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "-url": executable file not found in $PATH: unknown',
    },
    decisive: /executable file not found/,
    cause: ['-url', /executable|command|program|file/i, /not found|does not exist|no such|not in/i],
    verdict: 'rolled-back',
  },
  {
    name: 'exec format error',
    source: github('aws-samples/amazon-bedrock-serverless-prompt-chaining/issues/213'),
    engine: 'rolling',
    tasks: { kind: 'crash', exitCode: 1, afterSeconds: 1, log: ['exec /usr/local/bin/streamlit: exec format error'] },
    decisive: /exec format error/,
    cause: ['"api"', /exec format error|architecture|platform/i],
    verdict: 'rolled-back',
  },
  {
    name: 'an essential sidecar ends',
    source: github('aws/aws-for-fluent-bit/issues/659'),
    engine: 'rolling',
    definition: withRouter,
    prepare: (sim) =>
      sim.world.scenarios.set(routerImage, {
        kind: 'crash',
        exitCode: 1,
        afterSeconds: 2,
        log: [
          'Fluent Bit v1.9.9',
          "[2026/11/20 09:03:02] [error] [config] section 'configuration' tried to instance a plugin name that don't exists",
          '[2026/11/20 09:03:02] [error] configuration file contains errors, aborting.',
        ],
      }),
    decisive: /configuration file contains errors/,
    cause: ['"log_router"', /code 1\b/],
    never: [/"api"/],
    verdict: 'rolled-back',
  },
]
