import type { Draft } from './draft.ts'
import { scalar } from './yaml-scalar.ts'

/** What the caller workflow is made of. */
export interface WorkflowRequest {
  readonly branch: string
  /** `your-org/slipway@v1`. */
  readonly slipway: string
  readonly environments: readonly string[]
  readonly images: readonly Pick<Draft['images'][number], 'name' | 'repository'>[]
}

/** The text of the caller workflow: `deploy.yml` for one image, and else a build of all images and a deployment of each service. */
export function workflowText(request: WorkflowRequest): string {
  const { branch, slipway, environments, images } = request
  const head = [
    'name: Deploy',
    `on: { push: { branches: [${scalar(branchPattern(branch))}] } }`,
    'permissions: {}',
    'jobs:',
  ]
  const [repository = '', ref = ''] = slipway.split('@')
  if (images.length > 1) return [...head, ...severalJobs(request, repository, ref), ''].join('\n')
  return [
    ...head,
    '  deploy:',
    `    uses: ${repository}/.github/workflows/deploy.yml@${ref}`,
    '    permissions:',
    ...permissions.map((line) => `      ${line}`),
    `    with: { environments: ${environments.length === 1 ? scalar(environments.join()) : environments.join(' ')} }`,
    '',
  ].join('\n')
}

/** A branch as the only one that its pattern matches: `+` and `!` are operators (GitHub docs, "Filter pattern cheat sheet"). */
function branchPattern(branch: string): string {
  return branch.replace(/[+!]/g, '\\$&')
}

/** A name as a job id, which starts with a letter or `_` (GitHub docs, "Workflow syntax", jobs.<job_id>). */
function jobId(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name
}

const permissions = [
  'contents: read # check out the code',
  'id-token: write # exchange for AWS credentials',
  "deployments: write # progress on GitHub's deployment page",
]

/** actions/checkout, as the workflows of Slipway pin it. */
const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'

function severalJobs({ environments, images }: WorkflowRequest, repository: string, ref: string): readonly string[] {
  const build = [
    '  images:',
    `    uses: ${repository}/.github/workflows/build.yml@${ref}`,
    '    permissions:',
    ...permissions.slice(0, 2).map((line) => `      ${line}`),
  ]
  const deployments = images.flatMap((image) =>
    environments.flatMap((environment, index) =>
      deploymentJob(image, environment, environments[index - 1], `${repository}/actions/deploy@${ref}`),
    ),
  )
  return [...build, ...deployments]
}

function deploymentJob(
  { name, repository }: WorkflowRequest['images'][number],
  environment: string,
  before: string | undefined,
  action: string,
): readonly string[] {
  const digest = `fromJSON(needs.images.outputs.digests)['${name}']`
  const earlier = jobId(`${name}-${before}`)
  const needs = before === undefined ? 'images' : `[images, ${earlier}]`
  const isReady = before === undefined ? "needs.images.result == 'success'" : `needs.${earlier}.result == 'success'`
  return [
    `  ${jobId(`${name}-${environment}`)}:`,
    `    needs: ${needs}`,
    `    if: \${{ !cancelled() && ${isReady} && ${digest} != '' }} # an image that no push changed is not built`,
    '    runs-on: ubuntu-24.04',
    '    timeout-minutes: 60',
    `    environment: ${scalar(environment)}`,
    `    concurrency: { group: slipway-${environment}-${name}, queue: max }`,
    '    permissions:',
    ...permissions.map((line) => `      ${line}`),
    '    steps:',
    `      - uses: ${checkout}`,
    '        with: { persist-credentials: false }',
    `      - uses: ${action}`,
    '        with:',
    `          environment: ${scalar(environment)}`,
    `          service: ${scalar(name)}`,
    `          image: ${repository}@\${{ ${digest} }}`,
    `          revision: \${{ needs.images.outputs.revision }}`,
  ]
}
