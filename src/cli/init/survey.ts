import { profileRegion, requireProfile } from '../../aws/profile.ts'
import { findCheckout } from '../../git/checkout.ts'
import { regionPattern } from '../../partitions.ts'
import type { CliWorld, Given } from '../command.ts'
import { optionValue, optionValues } from '../given.ts'
import { openAccount } from '../open-account.ts'
import { repositoryOfRemote } from '../permissions/read-repository.ts'
import { type DefinitionFile, findDefinitions } from './find-definitions.ts'
import { type FoundImages, findImages, nameFrom, objectIn } from './find-images.ts'
import { type DeployingWorkflow, findWorkflows } from './find-workflows.ts'
import { standingOf } from './printed-commands.ts'
import { type Account, openFoundAccount, type Unread } from './read-account.ts'
import { type RepositoryFiles, repositoryFiles } from './repository-files.ts'

/** What the repository and the machine show, before anything is decided. */
export interface Survey extends FoundImages {
  readonly files: RepositoryFiles
  readonly definitions: readonly DefinitionFile[]
  readonly workflows: readonly DeployingWorkflow[]
  /** Branch that is checked out; `main` where that is unknown. */
  readonly branch: string
  /** `owner/name` on GitHub; undefined without a remote. */
  readonly remote: string | undefined
  /** A value of a workflow that deploys already: `variable('ECS_CLUSTER')`. */
  variable(name: string): string | undefined
}

/** Looks at the files of the repository. */
export function surveyRepository(given: Given, { directory }: CliWorld): Survey {
  const files = repositoryFiles(directory)
  const checkout = findCheckout(directory, '/')
  const remote = repositoryOfRemote(checkout?.remote)
  const workflows = findWorkflows(files, standingOf(given).slipway.split('@')[0] ?? '')
  const packageName = objectIn(files.read('package.json'))?.name
  const root =
    remote?.split('/')[1] ?? (typeof packageName === 'string' ? packageName.replace(/^@[^/]*\//, '') : undefined)
  const folder = directory.split(/[\\/]/).findLast((part) => part !== '') ?? 'app'
  return {
    ...findImages(files, nameFrom(root ?? folder)),
    files,
    definitions: findDefinitions(files),
    workflows,
    branch: checkout?.ref?.replace(/^refs\/heads\//, '') ?? 'main',
    remote,
    variable: (name) => workflows.map(({ variables }) => variables.get(name)).find(isFilled),
  }
}

/** `MY_ECS_CLUSTER` is what GitHub's starter template has before anybody fills it in. */
function isFilled(value: string | undefined): boolean {
  return value !== undefined && value !== '' && !value.startsWith('MY_')
}

/**
 * The region of the first environment: by its option, a workflow, the environment or the profile. Throws `credentials-missing` for a
 * profile that does not exist.
 */
export function firstRegion(given: Given, { variable }: Survey, { environment }: CliWorld): string | undefined {
  const profile = optionValue(given, 'profile')
  requireProfile(profile, environment)
  const [first] = optionValues(given, 'region')
  const { AWS_REGION, AWS_DEFAULT_REGION } = environment
  const named = first?.replace(/^.*=/, '') ?? variable('AWS_REGION') ?? (AWS_REGION || AWS_DEFAULT_REGION)
  return named || profileRegion(profile, environment)
}

/** The account that the credentials of this machine belong to, or why none was read. */
export async function surveyAccount(
  region: string | undefined,
  given: Given,
  world: CliWorld,
): Promise<Account | Unread> {
  if (region === undefined || !regionPattern.test(region)) return { why: 'no AWS region is set.' }
  return openFoundAccount(openAccount(region, world, optionValue(given, 'profile')))
}
