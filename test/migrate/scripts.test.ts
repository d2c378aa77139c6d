/** Scripts, line by line: the inputs that they become, or the reason why they stay. */
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { renderText } from '../../src/text.ts'
import { migrated } from './golden.ts'

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const place = { 'allowed-account-ids': '111122223333', 'aws-region': 'eu-west-1' }

/** A job with one script, and what becomes of it. */
function becomes(
  script: string,
  step: Readonly<Record<string, unknown>> = {},
  job: Readonly<Record<string, unknown>> = {},
) {
  const steps = [{ ...step, run: script }]
  const source = JSON.stringify({
    on: 'push',
    env: { R: registry, TAG: 'v1' },
    jobs: { a: { 'runs-on': 'ubuntu-latest', ...job, steps } },
  })
  const block = source.replace(/"steps":\[.*\]/, '"steps": []')
  const text = `${toBlock(JSON.parse(block), step, script)}`
  const migration = migrated(text)
  const made: { uses?: string; with?: Record<string, unknown> }[] = parse(migration.text).jobs.a.steps
  return {
    steps: made.filter(({ uses }) => uses).map(({ with: inputs = {} }) => trimmed(inputs)),
    names: made.map(({ uses }) => /actions\/([\w-]+)@/.exec(uses ?? '')?.[1]),
    left: migration.left.map(({ why, line }) => `${line}: ${renderText(why, (words) => words)}`),
    unchanged: migration.text === text,
  }
}

/** Without the line feed at the end of a literal block. */
function trimmed(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, typeof value === 'string' ? value.trimEnd() : value]),
  )
}

/** As people write it: a literal block. Its first line is line 8, or later where the step has keys of its own. */
function toBlock(
  file: { env: object; jobs: { a: object } },
  step: Readonly<Record<string, unknown>>,
  script: string,
): string {
  const { steps: _, ...job } = file.jobs.a as { steps: unknown }
  const keys = Object.entries(job).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`)
  const own = Object.entries(step).map(([name, value]) => `        ${name}: ${JSON.stringify(value)}`)
  const lines = script.split('\n').map((line) => (line === '' ? '' : `          ${line}`))
  return [
    'on: push',
    `env: ${JSON.stringify(file.env)}`,
    'jobs:',
    '  a:',
    ...keys,
    '    steps:',
    '      - run: |',
    ...lines,
    ...own,
    '',
  ].join('\n')
}

const push = `docker build -t $R/api:v1 .\ndocker push $R/api:v1`

describe('a script becomes', () => {
  test.each<[string, string, object]>([
    ['a build', push, { repository: 'api', tag: 'v1', ...place }],
    [
      'its quotes',
      `docker build -t "\${R}/team/api:$TAG" '.' && docker push "\${R}/team/api:$TAG"`,
      { repository: 'team/api', tag: '${{ env.TAG }}', ...place },
    ],
    [
      'a variable of its own',
      `IMAGE=$R/api\ndocker build -t $IMAGE:1 -t $IMAGE .\ndocker push -a $IMAGE`,
      { repository: 'api', tags: '1\nlatest', ...place },
    ],
    [
      'buildx',
      `docker buildx build --push --platform linux/amd64,linux/arm64 --tag=$R/api:v1 -f a/Dockerfile a`,
      {
        repository: 'api',
        tag: 'v1',
        ...place,
        context: 'a',
        file: 'a/Dockerfile',
        platforms: 'linux/amd64,linux/arm64',
      },
    ],
    [
      'only what is pushed',
      `docker build -t local -t $R/api:v1 .\ndocker tag local $R/api:v2\ndocker push $R/api:v2`,
      { repository: 'api', tag: 'v2', ...place },
    ],
    [
      'arguments',
      `docker build --build-arg A=1 --build-arg "B=$TAG b" --label x=y --target run --no-cache --pull -t $R/api:v1 . ; docker push $R/api:v1`,
      {
        repository: 'api',
        tag: 'v1',
        ...place,
        'build-args': 'A=1\nB=${{ env.TAG }} b',
        labels: 'x=y',
        target: 'run',
        'no-cache': true,
        pull: true,
      },
    ],
    [
      'the commit',
      `docker build -t $R/api:$GITHUB_SHA .\ndocker push $R/api:\${GITHUB_SHA}`,
      { repository: 'api', tag: '${{ github.sha }}', ...place },
    ],
    [
      'the short commit',
      `docker build -t $R/api:a-\${GITHUB_SHA:0:7} .\ndocker push $R/api:a-\${GITHUB_SHA::7}`,
      { repository: 'api', tags: 'type=raw,value=a-{{sha}}', ...place },
    ],
    [
      'a repository that may exist',
      `aws ecr create-repository --repository-name api --image-tag-mutability IMMUTABLE || true\n${push}`,
      { repository: 'api', tag: 'v1', ...place, 'create-repository': true, 'immutable-tags': true },
    ],
    [
      'a login and echo',
      `set -eu\necho "a b"\naws ecr get-login-password | docker login -u AWS --password-stdin $R\n${push} # pushed`,
      { repository: 'api', tag: 'v1', ...place },
    ],
    [
      'a restart',
      'aws ecs update-service --service api --force-new-deployment >/dev/null 2>&1',
      { cluster: 'default', service: 'api', 'force-new-deployment': true, 'wait-for-service-stability': false },
    ],
    [
      'a count',
      'aws ecs update-service --cluster=c --service api --desired-count 0\naws ecs wait services-stable --services api --cluster c',
      { cluster: 'c', service: 'api', 'desired-count': 0, 'keep-image': true },
    ],
    [
      'a revision',
      'aws ecs update-service --cluster c --service api --task-definition api:7 --region eu-west-1 --no-cli-pager',
      {
        cluster: 'c',
        service: 'api',
        'task-definition': 'api:7',
        'aws-region': 'eu-west-1',
        'wait-for-service-stability': false,
      },
    ],
    [
      'a file',
      'ARN=$(aws ecs register-task-definition --cli-input-json file://a.json --query x --output text)\naws ecs update-service --service api --task-definition "$ARN"',
      { cluster: 'default', service: 'api', 'task-definition': 'a.json', 'wait-for-service-stability': false },
    ],
    [
      'an image in the live revision',
      `aws ecs describe-task-definition --task-definition api | jq '.taskDefinition | .containerDefinitions[0].image = "api:v2" | del(.revision, .status)' > new.json\nARN=$(aws ecs register-task-definition --cli-input-json file://new.json | jq -r .taskDefinition.taskDefinitionArn)\naws ecs update-service --service api --task-definition $ARN`,
      { cluster: 'default', service: 'api', image: 'api:v2', 'wait-for-service-stability': false },
    ],
    [
      'a file with another image',
      `jq --arg i api:v2 '.containerDefinitions[0].image = $i' a.json > b.json\nARN=$(aws ecs register-task-definition --cli-input-json file://b.json)\naws ecs update-service --service api --task-definition $ARN`,
      {
        cluster: 'default',
        service: 'api',
        'task-definition': 'a.json',
        image: 'api:v2',
        'wait-for-service-stability': false,
      },
    ],
  ])('%s', (_, script, inputs) => {
    expect(becomes(script)).toMatchObject({ steps: [inputs], left: [] })
    expect(Object.keys(becomes(script).steps[0] ?? {}).sort()).toEqual(Object.keys(inputs).sort())
  })

  test('a build and a deployment of its image', () => {
    const whole = `${push}
T=$(aws ecs describe-task-definition --task-definition api --query taskDefinition)
N=$(echo $T | jq --arg i $R/api:v1 '.containerDefinitions[0].image = $i')
A=$(aws ecs register-task-definition --cli-input-json "$N")
aws ecs update-service --cluster c --service api --task-definition $A`
    expect(becomes(whole, { id: 'ship' })).toMatchObject({
      names: ['build-push', 'deploy'],
      steps: [{ repository: 'api' }, { service: 'api', image: '${{ steps.ship.outputs.image }}' }],
    })
    expect(becomes(whole).left).toEqual([expect.stringContaining('give the step an id')])
  })
})

describe('a script stays', () => {
  test.each<[string, string, RegExp]>([
    ['a loop', `for x in a b; do docker push $R/$x; done`, /^8: loops/],
    ['a condition', `echo a\nif [ -f x ]; then ${push}; fi`, /^9: loops/],
    ['a here-document', `cat <<EOF\na\nEOF\n${push}`, /loops, .*here-documents/],
    ['another program', `npm ci\n${push}`, /^8: npm has no counterpart/],
    ['a value at run time', `TAG=$(cat version)\n${push}`, /^8: the value of TAG is known only at run time/],
    [
      'an unknown variable',
      `docker build -t $R/api:$X .\ndocker push $R/api:$X`,
      /^8: a value of this command is known only at run time/,
    ],
    [
      'another option',
      `docker build --squash -t $R/api:v1 .\ndocker push $R/api:v1`,
      /^8: the option --squash of docker build/,
    ],
    ['two contexts', `docker build -t $R/api:v1 a b`, /not exactly one context/],
    ['a build from stdin', `docker build -t $R/api:v1 -`, /not exactly one context/],
    ['a build without a push', `docker build -t $R/api:v1 .`, /does not push it/],
    ['a foreign push', `docker push $R/api:v1`, /docker push of an image that this step does not build/],
    ['a foreign tag', `docker tag a $R/api:v1`, /docker tag of an image that this step does not build/],
    [
      'another registry',
      `docker build -t ghcr.io/a/b:1 .\ndocker push ghcr.io/a/b:1`,
      /is not certainly one repository in Amazon ECR/,
    ],
    [
      'two repositories',
      `docker build -t $R/a:1 -t $R/b:1 .\ndocker push $R/a:1\ndocker push $R/b:1`,
      /is not certainly one repository/,
    ],
    [
      'a login elsewhere',
      `aws ecr get-login-password | docker login -u AWS --password-stdin ghcr.io\n${push}`,
      /this pipeline has no counterpart/,
    ],
    ['a failure that is handled', `docker push $R/api:v1 || docker push $R/api:v2`, /what happens after a failure/],
    ['a file for later', `${push}\necho "X=1" >> $GITHUB_ENV`, /^10: it writes a file for later steps/],
    [
      'an unknown output',
      `${push}\necho "url=http://x" >> $GITHUB_OUTPUT`,
      /its output url is no output of actions\/build-push/,
    ],
    ['the summary', `${push}\necho done >> $GITHUB_STEP_SUMMARY`, /a line of the summary would be lost/],
    ['a network', `aws ecs update-service --service a --network-configuration x`, /the option --network-configuration/],
    [
      'an image of another container',
      `aws ecs describe-task-definition --task-definition a | jq '.containerDefinitions[1].image = "x"' > b\naws ecs update-service --service a`,
      /a filter of jq does more/,
    ],
    [
      'an argument of the environment',
      `docker build --build-arg A -t $R/api:v1 .\ndocker push $R/api:v1`,
      /--build-arg has its value in the environment/,
    ],
    [
      'a wait alone',
      'aws ecs wait services-stable --cluster c --services api',
      /no step directly before it starts this deployment/,
    ],
    [
      'a task',
      'aws ecs run-task --cluster c --task-definition a',
      /aws ecs run-task becomes run-task of actions\/deploy/,
    ],
  ])('with %s', (_, script, why) => {
    const { left, unchanged } = becomes(script)
    expect(left).toEqual([expect.stringMatching(why)])
    expect(unchanged).toBe(true)
  })

  test.each([
    ['its shell', { shell: 'pwsh' }, {}],
    ['the shell of the job', {}, { defaults: { run: { shell: 'python' } } }],
    ['the runner', {}, { 'runs-on': 'windows-latest' }],
  ])('where it is not bash by %s', (_, step, job) => {
    expect(becomes(push, step, job).left).toEqual([expect.stringContaining('is not read')])
  })

  test('where it becomes several steps and has a key that belongs to one', () => {
    const both = 'aws ecs update-service --service a\naws ecs update-service --service b'
    expect(becomes(both, { 'continue-on-error': true }).left).toEqual([expect.stringContaining('continue-on-error')])
    expect(becomes(both, { if: 'always()' })).toMatchObject({ names: ['deploy', 'deploy'] })
  })
})

test('the folder of a script is that of the context and of the file', () => {
  const inFolder = (step: object, job: object) =>
    becomes(`docker build -f x/Dockerfile -t $R/api:v1 ./app\ndocker push $R/api:v1`, { ...step }, { ...job }).steps[0]
  expect(inFolder({ 'working-directory': './a/' }, {})).toMatchObject({ context: 'a/app', file: 'a/x/Dockerfile' })
  expect(inFolder({}, { defaults: { run: { 'working-directory': 'b' } } })).toMatchObject({
    context: 'b/app',
    file: 'b/x/Dockerfile',
  })
})

test('a script stays where another step uses its file or its local image', () => {
  const job = (first: string, second: string) =>
    migrated(
      `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n${indented(first)}\n      - run: |\n${indented(second)}\n`,
    )
  const indented = (script: string) =>
    script
      .split('\n')
      .map((line) => `          ${line}`)
      .join('\n')
  const build = `docker build -t app -t ${registry}/api:v1 .\ndocker push ${registry}/api:v1`
  const deploy = `aws ecs describe-task-definition --task-definition a | jq '.containerDefinitions[0].image = "x"' > new.json
A=$(aws ecs register-task-definition --cli-input-json file://new.json)
aws ecs update-service --service a --task-definition $A`
  const why = ({ left }: ReturnType<typeof migrated>) => left.map((one) => renderText(one.why, (words) => words))
  expect(why(job(build, 'docker run app npm test'))).toEqual(['another step uses the local image app:latest'])
  expect(why(job(build, 'docker run application'))).toEqual([])
  expect(why(job(deploy, 'cat new.json'))).toEqual(['another step uses the file new.json, which it writes'])
  expect(why(job(deploy, 'cat old.json'))).toEqual([])
})
