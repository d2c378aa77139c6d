import './test/environment.js'

/** Every folder of test/ is a project of its own, so that `npm run test:unit` stays the inner loop. */
export const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/test/${glob}`),
  runtime: '<rootDir>/test/jest/runtime.js',
  testEnvironment: '<rootDir>/test/jest/environment.js',
  transform: {},
  injectGlobals: false,
  ...extra,
})

/** They need the simulator, or more time than an inner loop has. */
const beyondUnits = [
  'diagnosis/redact-properties.test.ts',
  'report/hostile-reports.test.ts',
  'runner/id-token.test.ts',
  'runner/signals.test.ts',
  'task-definition/register.test.ts',
  'targets/ecs/finish/gather.test.ts',
  'task-definition/stored.test.ts',
]

const common = {
  // Cases with bundles are processes of their own: as many at a time as keep two cores busy.
  maxConcurrency: 3,
  maxWorkers: '100%',
  // What test files leave behind in a worker is given back.
  workerIdleMemoryLimit: '700MB',
  // One for all: no test fails because the machine is busy. What hangs is found all the same.
  testTimeout: 300_000,
}

/** `npm test`: what needs nothing but Node. */
export default {
  ...common,
  projects: [
    project(
      'unit',
      [
        '*.test.ts',
        '{config,diagnosis,document,image,migrate,report,runner,task-definition}/**/*.test.ts',
        'targets/ecs/{finish,preflight}/**/*.test.ts',
      ],
      {
        testPathIgnorePatterns: beyondUnits.map((name) => `/${name}$`),
      },
    ),
    project(
      'in-process',
      ['{actions,aws,cli,deployment,git,github,http,jest,registry,slack,targets}/**/*.test.ts', ...beyondUnits],
      {
        testPathIgnorePatterns: ['/targets/ecs/(finish|preflight)/(?!gather)'],
      },
    ),
    project('simulator', ['simulator/**/*.test.ts']),
    project('workflows', ['workflows/**/*.test.ts']),
    project('end-to-end', ['{end-to-end,demo}/**/*.test.ts']),
  ],
}

/** `npm run test:long`: these files with many more runs, and what needs programs of others. */
export const long = (again) => ({
  ...common,
  testTimeout: 1_800_000,
  projects: [
    project('again', again),
    project('other-programs', ['other-programs/**/*.test.ts']),
    project('docker', ['docker/**/*.test.ts']),
  ],
})
