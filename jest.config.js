/** Every folder of test/ is a project of its own, so that `npm run test:unit` stays the inner loop. */
const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/test/${glob}`),
  transform: { '\\.ts$': '<rootDir>/scripts/strip-types.cjs' },
  extensionsToTreatAsEsm: ['.ts'],
  ...extra,
})

/** They need the simulator, or more time than an inner loop has. */
const beyondUnits = [
  'diagnosis/gather.test.ts',
  'diagnosis/redact-properties.test.ts',
  'diagnosis/redact-time.test.ts',
  'document/document-time.test.ts',
  'report/hostile-reports.test.ts',
  'task-definition/register.test.ts',
  'task-definition/stored.test.ts',
]

export default {
  // Cases with bundles mostly wait.
  maxConcurrency: 10,
  maxWorkers: '100%',
  // One for all: no test fails because the machine is busy. What hangs is found all the same.
  testTimeout: 120_000,
  projects: [
    project('unit', ['*.test.ts', '{config,diagnosis,document,image,report,runner,task-definition}/**/*.test.ts'], {
      testPathIgnorePatterns: beyondUnits.map((name) => `/${name}$`),
    }),
    project('in-process', ['{actions,aws,deployment,github,registry,slack}/**/*.test.ts', ...beyondUnits]),
    project('simulator', ['simulator/**/*.test.ts']),
    project('workflows', ['workflows/**/*.test.ts']),
    project('end-to-end', ['{end-to-end,demo}/**/*.test.ts']),
    project('other-programs', ['other-programs/**/*.test.ts']),
    project('docker', ['docker/**/*.test.ts']),
  ],
}
