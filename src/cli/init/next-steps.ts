import { roleArn } from '../../arn.ts'
import type { Config, EnvironmentConfig } from '../../config/schema.ts'
import { selectImages } from '../../config/select-images.ts'
import { issuerOf } from '../permissions/issuer.ts'
import { providerArn } from '../permissions/trust-policy.ts'
import type { DeployingWorkflow } from './find-workflows.ts'
import type { Needed } from './needed-resources.ts'
import { defaultSlipway, gitCommand, pathFrom, type Standing, slipwayCommand, withProfile } from './printed-commands.ts'
import { type Account, hasRole } from './read-account.ts'
import { shellText } from './shell-text.ts'

/** One step that is left to a person: commands of a shell, in order. */
export interface Step {
  readonly title: string
  readonly commands: readonly string[]
}

/** What decides the steps after the files are written. */
export interface StepCircumstances {
  readonly standing: Standing
  readonly config: Config
  readonly account: Account | undefined
  readonly needed: readonly Needed[]
  /** Workflows that `slipway migrate` is to translate. */
  readonly toMigrate: readonly DeployingWorkflow[]
  /** Files that git has no committed copy of. */
  readonly uncommitted: readonly string[]
  /** On GitHub; undefined without a remote. */
  readonly remote: string | undefined
  /** Services that AWS CodeDeploy deploys, by its default names. */
  readonly codeDeploy: readonly string[]
}

/** Folder of the templates of roles. */
const infrastructure = 'infrastructure'

/** Every command that leads from the written files to the first deployment, in order. */
export async function nextSteps(around: StepCircumstances): Promise<readonly Step[]> {
  const { config, account, toMigrate, uncommitted, standing } = around
  const roles = await roleSteps(around)
  const folder = roles.some(({ commands }) => commands.some((line) => line.includes(`--output ${infrastructure}`)))
  const paths = [...uncommitted, ...toMigrate.map(({ path }) => path), ...(folder ? [infrastructure] : [])]
  const accounts = [...new Set(placesOf(config).map(({ accountId }) => accountId))]
  return [
    ...(toMigrate.length > 0
      ? [{ title: 'Migrate the workflow that deploys already', commands: [migration(around)] }]
      : []),
    ...(await resourceSteps(around, accounts)),
    ...roles,
    ...(paths.length > 0
      ? [
          {
            title: account === undefined ? 'Commit' : 'Commit: the push deploys',
            commands: [
              gitCommand(standing, 'add', ...paths),
              `${gitCommand(standing, 'commit', '-m')} "Deploy with Slipway"`,
              gitCommand(standing, 'push'),
            ],
          },
        ]
      : []),
  ]
}

/** Static keys are replaced by the role of the first environment. */
function migration({ config, toMigrate, standing }: StepCircumstances): string {
  const [place] = placesOf(config)
  const hasKeys = toMigrate.some((workflow) => workflow.hasKeys)
  const role = hasKeys && place !== undefined ? ['--role', place.role] : []
  const version = standing.slipway === defaultSlipway ? [] : ['--slipway', standing.slipway]
  return slipwayCommand(standing, 'migrate', '--write', ...role, ...version, ...toMigrate.map(({ path }) => path))
}

interface RolePlace {
  readonly accountId: string
  readonly region: string
  readonly role: string
}

function placesOf(config: Config): readonly RolePlace[] {
  const environments = Object.entries(config.environments)
  const place = ([name, { account, region, role }]: readonly [string, EnvironmentConfig]) => ({
    accountId: account,
    region,
    role: roleArn(role ?? `slipway-${name}`, account, region),
  })
  const ofImages = selectImages(config).flatMap(({ accountId, region, roleArn: role }) =>
    role === undefined ? [] : [{ accountId, region, role }],
  )
  const all = [...environments.map(place), ...ofImages]
  return [...new Map(all.map((one) => [one.role, one])).values()]
}

/** What does not exist is created; what is not known is created where it is missing. */
async function resourceSteps({ account, needed, standing }: StepCircumstances, accounts: readonly string[]) {
  const steps: Step[] = []
  for (const id of accounts) {
    const own = needed.filter(({ accountId }) => accountId === id)
    const isRead = account?.id === id
    const missing: string[] = []
    for (const one of own) if (!isRead || !(await one.exists(account))) missing.push(...one.commands)
    const title = isRead
      ? `Create what account ${id} does not have`
      : `Create what account ${id} does not have: it was not read`
    if (missing.length > 0) steps.push({ title, commands: isRead ? withProfile(standing, missing) : missing })
  }
  return steps
}

/** `permissions`: as CloudFormation where roles are missing, and else as a comparison. */
async function roleSteps(around: StepCircumstances): Promise<readonly Step[]> {
  const { config, account, standing } = around
  const places = placesOf(config)
  const isMissing = async ({ accountId, role }: RolePlace) =>
    accountId !== account?.id || (await hasRole(account, role)) !== true
  const missing: RolePlace[] = []
  for (const place of places) if (await isMissing(place)) missing.push(place)
  const options = permissionOptions(around)
  const token = 'export GITHUB_TOKEN=$(gh auth token)'
  if (missing.length === 0) {
    return [
      {
        title: 'Compare the roles with what slipway.yml needs',
        commands: withProfile(standing, [token, slipwayCommand(standing, 'permissions', '--diff', ...options)]),
      },
    ]
  }
  const existing = (await hasProvider(around, missing)) ? ['--existing-provider'] : []
  const output = ['--format', 'cloudformation', '--output', infrastructure, ...existing]
  const permissions = slipwayCommand(standing, 'permissions', ...output, ...options)
  const ids = [...new Set(missing.map(({ accountId }) => accountId))]
  const deployments = ids.map((id) => {
    const region = missing.find(({ accountId }) => accountId === id)?.region ?? ''
    const template = pathFrom(standing, `${infrastructure}/slipway-${id}.yml`)
    const stack = ['--region', region, '--stack-name', 'slipway', '--template-file', template]
    return shellText('aws', 'cloudformation', 'deploy', ...stack, '--capabilities', 'CAPABILITY_NAMED_IAM')
  })
  const title = `Create the ${missing.length === 1 ? 'role' : 'roles'} of the jobs${ids.length > 1 ? ', each command with the credentials of its account' : ''}`
  const commands = [token, permissions, ...deployments]
  const isRead = ids.length === 1 && ids[0] === account?.id
  return [{ title, commands: isRead ? withProfile(standing, commands) : commands }]
}

function permissionOptions({ remote, codeDeploy, toMigrate }: StepCircumstances): readonly string[] {
  const actions = toMigrate.length > 0 ? ['build-push', 'register-task-definition', 'deploy'] : []
  return [
    ...(remote === undefined ? ['--repository', 'OWNER/NAME'] : []),
    ...codeDeploy.flatMap((name) => ['--codedeploy', name]),
    ...actions.flatMap((name) => ['--action', name]),
  ]
}

async function hasProvider({ account }: StepCircumstances, missing: readonly RolePlace[]): Promise<boolean> {
  const [place] = missing
  if (account === undefined || place === undefined || missing.some(({ accountId }) => accountId !== account.id))
    return false
  const arn = providerArn({ ...place, issuer: issuerOf('https://github.com', undefined) })
  return (await account.read(() => account.aws.rolePolicies.audiences(arn))) !== undefined
}
