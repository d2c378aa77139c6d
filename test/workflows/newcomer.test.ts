/**
 * From a repository and an account to a green first deployment, by the commands that are printed and no others: the roles are those of
 * `slipway permissions`, taken literally, and the jobs have nothing but their OIDC tokens.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { workflow } from '../migrate/golden.ts'
import { onlyLong } from '../often.ts'
import { oneLine, printedOn, withoutNumbers } from '../printed.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { minutesOf, type Newcomer, newcomer } from './newcomer-scene.ts'
import { loadWorkflow } from './runner/files.ts'
import { describeJobs, job, logOf } from './runner/record.ts'
import type { WorkflowRun } from './runner/run.ts'

const init = 'npx github:your-org/slipway init'

const dockerfile = `FROM node:24-slim
WORKDIR /app
COPY . .
ENV PORT=8080
EXPOSE $PORT
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s CMD ["node", "health.js"]
CMD ["node", "main.js"]
`

const ranJobs = (run: WorkflowRun) => describeJobs(run).filter((line) => !line.endsWith(': skipped'))

/** What IAM refused to a role, beside what a first deployment may go without. */
function refused({ sim }: Newcomer): readonly string[] {
  return sim.recorder.all
    .filter(({ outcome }) => /AccessDenied|Unauthorized/.test(outcome ?? ''))
    .map((call) => call.operation)
}

test('an account with nothing but a cluster: 11 commands, no question', async () => {
  const person = newcomer({ Dockerfile: dockerfile, 'main.js': '', 'health.js': '' })
  const { out } = await person.type(init, [])
  await person.follow(out)
  const { commands, questions } = person.effort()
  expect(commands.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
    init,
    'aws ecr create-repository',
    'aws logs create-log-group',
    'aws iam create-role',
    'aws iam attach-role-policy',
    'export GITHUB_TOKEN=$(gh auth',
    'npx github:your-org/slipway permissions',
    'aws cloudformation deploy',
    'git add slipway.yml',
    'git commit -m',
    'git push',
  ])
  expect([questions, minutesOf(person.effort())]).toEqual([[], 4])
  expect(person.caller.git('status', '--porcelain')).toBe('')

  const run = await person.push('.github/workflows/deploy.yml', 'shop')
  expect([run.problems, ranJobs(run)]).toEqual([
    [],
    [
      'deploy / plan: success',
      'deploy / build / build in production: success',
      'deploy / deploy in production: success',
    ],
  ])
  expect(run.outputs.deploy).toMatchObject({ verdict: 'succeeded' })
  expect(person.serving('shop')).toMatch(/^111122223333\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/shop@sha256:/)
  expect(refused(person)).toEqual([])

  const again = await person.type(init, [])
  expect(again.out).toBe(`Nothing is missing.

1. Compare the roles with what slipway.yml needs
   export GITHUB_TOKEN=$(gh auth token)
   npx github:your-org/slipway permissions --diff
`)
  expect((await person.type('npx github:your-org/slipway permissions --diff')).out).toContain(
    'role slipway-deploy: as needed',
  )
  const printed = withoutNumbers(oneLine(`${person.printed()} ${logOf(job(run, 'deploy / deploy'))}`))
  const blocks = printedOn('docs/first-deploy.md')
  expect(blocks).toHaveLength(3)
  for (const block of blocks) expect(printed).toContain(withoutNumbers(block))
})

onlyLong(test)("GitHub's starter template, with its service: 8 commands, no question", async () => {
  const definition = seededTaskDefinition(createSimulator().world)
  const files = {
    Dockerfile: dockerfile,
    'deploy/task-definition.json': JSON.stringify(definition),
    '.github/workflows/deploy.yml': workflow('starter-static-keys.yml'),
  }
  const person = newcomer(files, (sim) => {
    seedRollingService(sim)
    sim.world.region('eu-west-1').ecr.createRepository('api')
  })
  const { out } = await person.type(init, [])
  await person.follow(out)
  const { commands, questions } = person.effort()
  expect(commands.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
    init,
    'npx github:your-org/slipway migrate',
    'export GITHUB_TOKEN=$(gh auth',
    'npx github:your-org/slipway permissions',
    'aws cloudformation deploy',
    'git add slipway.yml',
    'git commit -m',
    'git push',
  ])
  expect([questions, minutesOf(person.effort())]).toEqual([[], 3])
  const text = readFileSync(join(person.caller.folder, '.github/workflows/deploy.yml'), 'utf8')
  expect(text).not.toMatch(/secrets\.|aws-actions/)

  const run = await person.push('.github/workflows/deploy.yml', 'api')
  expect([run.problems, ranJobs(run)]).toEqual([[], ['deploy in production: success']])
  expect(person.serving('api')).toMatch(/^111122223333\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/api@sha256:/)
  expect(refused(person)).toEqual([])
})

onlyLong(test)(
  'several images in two environments: a workflow that passes the parser of GitHub, and a job for each deployment',
  async () => {
    const files = { 'services/api/Dockerfile': dockerfile, 'services/worker/Dockerfile': dockerfile }
    const person = newcomer(files)
    await person.type(`${init} --environment staging --environment production`)
    const folder = person.caller.folder
    expect(() => loadWorkflow({ name: 'acme/shop', folder }, '.github/workflows/deploy.yml')).not.toThrow()
    const { jobs } = parse(readFileSync(join(folder, '.github/workflows/deploy.yml'), 'utf8'))
    expect(Object.keys(jobs)).toEqual([
      'images',
      'api-staging',
      'api-production',
      'worker-staging',
      'worker-production',
    ])
    expect(jobs['api-production'].needs).toEqual(['images', 'api-staging'])
  },
)
