import type { Draft } from './draft.ts'

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
    `on: { push: { branches: [${/^[A-Za-z][\w/-]*$/.test(branch) ? branch : JSON.stringify(branch)}] } }`,
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
    `    with: { environments: ${environments.join(' ')} }`,
    '',
  ].join('\n')
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
  const needs = before === undefined ? 'images' : `[images, ${name}-${before}]`
  const isReady =
    before === undefined ? "needs.images.result == 'success'" : `needs.${name}-${before}.result == 'success'`
  return [
    `  ${name}-${environment}:`,
    `    needs: ${needs}`,
    `    if: \${{ !cancelled() && ${isReady} && ${digest} != '' }} # an image that no push changed is not built`,
    '    runs-on: ubuntu-24.04',
    '    timeout-minutes: 60',
    `    environment: ${environment}`,
    `    concurrency: { group: slipway-${environment}-${name}, queue: max }`,
    '    permissions:',
    ...permissions.map((line) => `      ${line}`),
    '    steps:',
    `      - uses: ${checkout}`,
    '        with: { persist-credentials: false }',
    `      - uses: ${action}`,
    '        with:',
    `          environment: ${environment}`,
    `          service: ${name}`,
    `          image: ${repository}@\${{ ${digest} }}`,
    `          revision: \${{ needs.images.outputs.revision }}`,
  ]
}
