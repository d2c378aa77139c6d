/** Every folder of test/ is a project of its own, so that `npm run test:unit` stays the inner loop. */
const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/test/${glob}`),
  transform: { '\\.ts$': '<rootDir>/scripts/strip-types.cjs' },
  extensionsToTreatAsEsm: ['.ts'],
  ...extra,
})

export default {
  // Cases with bundles mostly wait.
  maxConcurrency: 10,
  projects: [
    project('unit', [
      '*.test.ts',
      '{runner,image,registry,task-definition,deployment,diagnosis,report,config,aws,slack,github,actions}/**/*.test.ts',
    ]),
    project('simulator', ['simulator/**/*.test.ts']),
    project('workflows', ['workflows/**/*.test.ts']),
    project('end-to-end', ['{end-to-end,demo}/**/*.test.ts']),
    project('docker', ['docker/**/*.test.ts']),
  ],
}
