import { type CliWorld, type Command, exitCodes, type Given } from '../command.ts'
import { isGiven, optionValue, printJson } from '../given.ts'
import { cloudFormation } from '../permissions/as-cloudformation.ts'
import { jsonDocument } from '../permissions/as-json.ts'
import { terraform } from '../permissions/as-terraform.ts'
import { byDefault, features, onRequest } from '../permissions/permission.ts'
import { actionNames } from '../permissions/permission-tables.ts'
import { type AccountPlan, type PermissionsPlan, planPermissions } from '../permissions/plan-permissions.ts'
import { readRequest } from '../permissions/read-request.ts'
import { usageFailure } from '../usage-failure.ts'
import { type NewFile, writeFiles } from '../write-files.ts'

const formats = ['json', 'cloudformation', 'terraform'] as const
type Format = (typeof formats)[number]

/** `slipway permissions`: provider, roles, trust and policies for this slipway.yml. */
export const command: Command = {
  name: 'permissions',
  summary: 'Prints the OIDC provider, roles, trust and least policies that this slipway.yml needs in AWS.',
  options: {
    format: { type: 'string', choices: formats, description: 'Format of the output; json by default.' },
    output: { type: 'string', value: 'FOLDER', description: 'Writes a file for each account instead of printing.' },
    force: { type: 'boolean', description: 'With --output, overwrites changes that are not committed.' },
    check: { type: 'boolean', description: 'With --output, writes nothing; exit code 3 where a file differs.' },
    account: { type: 'string', value: 'ID', description: 'Only this AWS account of slipway.yml.' },
    diff: {
      type: 'boolean',
      description: 'Compares with the account of the AWS credentials; exit code 3 where it differs. Reads only.',
    },
    config: { type: 'string', value: 'FILE', description: 'Path of slipway.yml; slipway.yml by default.' },
    repository: {
      type: 'string',
      value: 'OWNER/NAME',
      description: 'Repository on GitHub; that of the remote origin by default.',
    },
    'owner-id': {
      type: 'string',
      value: 'ID',
      description: 'ID of its owner; asked from GitHub with GITHUB_TOKEN or GH_TOKEN.',
    },
    'repository-id': {
      type: 'string',
      value: 'ID',
      description: 'ID of the repository; asked from GitHub with a token.',
    },
    workflow: {
      type: 'string',
      multiple: true,
      value: 'REF',
      description:
        'Trusts only this job_workflow_ref, such as your-org/slipway/.github/workflows/deploy.yml@refs/tags/v1; * is a wildcard.',
    },
    'server-url': {
      type: 'string',
      value: 'URL',
      description: 'URL of GitHub; https://github.com by default, or GITHUB_SERVER_URL.',
    },
    enterprise: {
      type: 'string',
      value: 'NAME',
      description: 'Enterprise that has an issuer of its own on github.com.',
    },
    audience: { type: 'string', value: 'NAME', description: 'Audience of the token; sts.amazonaws.com by default.' },
    'existing-provider': {
      type: 'boolean',
      description: 'The account has the OIDC provider already: it is not created.',
    },
    action: {
      type: 'string',
      multiple: true,
      choices: actionNames,
      value: 'ACTION',
      description: 'Actions that the roles are for; build-push, deploy and rollback by default.',
    },
    with: {
      type: 'string',
      multiple: true,
      choices: onRequest,
      value: 'FEATURE',
      description: 'Adds what an input needs.',
    },
    without: {
      type: 'string',
      multiple: true,
      choices: byDefault,
      description: `Leaves out evidence (${features.evidence}), preflight (${features.preflight}) or environment-resources (${features['environment-resources']}).`,
    },
    codedeploy: {
      type: 'string',
      multiple: true,
      value: 'SERVICE',
      description: 'A service of slipway.yml that AWS CodeDeploy deploys.',
    },
    'pass-role': {
      type: 'string',
      multiple: true,
      value: 'ROLE',
      description: 'Role of tasks whose definition is not in a file.',
    },
    'infrastructure-role': {
      type: 'string',
      multiple: true,
      value: 'ROLE',
      description: 'ECS infrastructure role: of Amazon EBS volumes of tasks, or of a service in Express Mode.',
    },
    scope: {
      type: 'string',
      choices: ['service', 'cluster'],
      description: 'Resources of each service (default), or of its whole cluster: shorter.',
    },
    'kms-key': { type: 'string', multiple: true, value: 'ARN', description: 'KMS key; required by --with kms-key.' },
    'signing-profile': {
      type: 'string',
      multiple: true,
      value: 'ARN',
      description: 'Signing profile; required by --with signing.',
    },
    boundary: { type: 'boolean', description: 'Adds a permissions boundary to every role.' },
  },
  run,
}

async function run(given: Given, world: CliWorld): Promise<number> {
  const request = await readRequest(given, world)
  const plan = onlyAccount(planPermissions(request), optionValue(given, 'account'))
  if (plan.mistakes.length > 0) throw usageFailure(plan.mistakes)
  for (const note of plan.notes) world.err(`note: ${note}\n`)
  if (isGiven(given, 'diff')) {
    const { compareWithAccount } = await import('../permissions/compare-with-account.ts')
    return compareWithAccount(plan, given, world)
  }
  const format = (optionValue(given, 'format') ?? 'json') as Format
  const folder = optionValue(given, 'output')
  if (folder !== undefined) return write(plan, format, folder, given, world)
  if (isGiven(given, 'json') || format === 'json') printJson(world, jsonDocument(plan))
  else world.out(textOf(oneAccount(plan, format), format, given))
  return exitCodes.done
}

function onlyAccount(plan: PermissionsPlan, accountId: string | undefined): PermissionsPlan {
  if (accountId === undefined) return plan
  const accounts = plan.accounts.filter((account) => account.accountId === accountId)
  if (accounts.length > 0) return { ...plan, accounts }
  const known = plan.accounts.map((account) => account.accountId).join(', ')
  throw usageFailure([
    `--account must be one of the accounts of slipway.yml, ${known}, not ${JSON.stringify(accountId)}`,
  ])
}

function oneAccount({ accounts }: PermissionsPlan, format: Format): AccountPlan {
  const [only, ...others] = accounts
  if (only && others.length === 0) return only
  const ids = accounts.map(({ accountId }) => accountId).join(', ')
  throw usageFailure([
    `--format ${format} is a file for each account, and slipway.yml has ${ids}: give --account or --output`,
  ])
}

function textOf(account: AccountPlan, format: Format, given: Given): string {
  const options = { existingProvider: isGiven(given, 'existing-provider') }
  if (format === 'terraform') return terraform(account, options)
  if (format === 'cloudformation') return cloudFormation(account, options)
  return `${JSON.stringify(jsonDocument({ accounts: [account], notes: [], mistakes: [] }), null, 2)}\n`
}

const endings = { json: 'json', cloudformation: 'yml', terraform: 'tf' } as const

async function write(
  plan: PermissionsPlan,
  format: Format,
  folder: string,
  given: Given,
  world: CliWorld,
): Promise<number> {
  const files = plan.accounts.flatMap((account): readonly NewFile[] => [
    // Terraform reads all files of a folder as one configuration, of one account.
    { path: pathOf(folder, account, format), content: textOf(account, format, given) },
    ...(format === 'cloudformation' ? repositoryFiles(folder, account) : []),
  ])
  const isJson = isGiven(given, 'json')
  const check = isGiven(given, 'check')
  const show = isJson ? world.err : world.out
  const written = await writeFiles(files, { force: isGiven(given, 'force'), check, show }, world)
  if (isJson) printJson(world, { files: written, notes: plan.notes })
  return check && written.some(({ state }) => state !== 'unchanged') ? exitCodes.different : exitCodes.done
}

function pathOf(folder: string, { accountId }: AccountPlan, format: Format): string {
  const name = `slipway-${accountId}`
  return format === 'terraform' ? `${folder}/${name}/slipway.tf` : `${folder}/${name}.${endings[format]}`
}

/** For `aws ecr set-repository-policy --policy-text file://…`: CloudFormation cannot attach one to a repository that exists. */
function repositoryFiles(folder: string, { accountId, repositoryPolicies }: AccountPlan): readonly NewFile[] {
  return repositoryPolicies.map(({ name, policy }) => ({
    path: `${folder}/slipway-${accountId}-repository-${name.replaceAll('/', '-')}.json`,
    content: `${JSON.stringify(policy, null, 2)}\n`,
  }))
}
