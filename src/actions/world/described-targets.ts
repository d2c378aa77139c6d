import { Failure } from '../../failure.ts'
import { isEmulator, isLoopback } from '../../http/hosts.ts'
import { ecrPlaceOf, publicHost } from '../../image/ecr-host.ts'
import type { PromoteTarget } from '../../image/promote.ts'
import { nameOf } from '../../image/source-image.ts'
import type { RepositorySettings } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { joined, type Text, text, untrusted } from '../../text.ts'
import type { OpenEnd } from './open-copy-end.ts'

/** What happens with a repository that does not exist. */
export interface RepositoryOptions {
  /** Inputs that name the targets, for the message. */
  readonly namedBy: string
  readonly createRepository: boolean
}

/** A target whose repository is described, where the account of the credentials has it. */
export interface DescribedTarget extends PromoteTarget, OpenEnd {
  /** Does not exist and is to be created. */
  readonly isMissing: boolean
}

/**
 * Describes the repositories of the targets. One of another account is not described: its repository policy rarely allows
 * that. Throws `repository-not-found` with all that are missing, unless they are to be created.
 */
export async function describeTargets(
  ends: readonly OpenEnd[],
  { createRepository, namedBy }: RepositoryOptions,
): Promise<readonly DescribedTarget[]> {
  const described: DescribedTarget[] = []
  for (const end of ends) {
    const settings = end.isForeign ? undefined : await end.ecr.describeRepository(end.repository)
    described.push({ ...end, settings, isMissing: settings === undefined && !end.isForeign })
  }
  const missing = described.filter(({ isMissing }) => isMissing)
  if (missing.length === 0 || createRepository) return described
  const names = joined(missing.map((target) => text`${untrusted(nameOf(target))}`))
  throw new Failure({
    code: 'repository-not-found',
    what: text`RepositoryNotFoundException: ${missing.length === 1 ? 'the target repository does' : 'target repositories do'} not exist: ${names}`,
    fix: text`Correct ${namedBy}; or create the repository, or set create-repository: true. Nothing has been pushed.`,
  })
}

/** Creates what is missing. */
export async function createMissing(
  targets: readonly DescribedTarget[],
  creation: RepositorySettings,
  { log }: Pick<Runner, 'log'>,
): Promise<readonly DescribedTarget[]> {
  const created: DescribedTarget[] = []
  for (const target of targets) {
    if (!target.isMissing) {
      created.push(target)
      continue
    }
    const made = await target.ecr.createRepository(target.repository, creation)
    if (made.created) log.info(text`Created the ECR repository ${untrusted(nameOf(target))}`)
    created.push({ ...target, settings: made.repository, isMissing: false })
  }
  return created
}

/** A sentence for every registry that is none of Amazon ECR's, whose tokens are for those. `input` names it. */
export function foreignRegistries(
  input: string,
  hosts: readonly (string | undefined)[],
  { environment }: Pick<Runner, 'environment'>,
): readonly Text[] {
  const isKnown = (host: string) => {
    const name = host.replace(/:\d+$/, '')
    return ecrPlaceOf(host) !== undefined || isLoopback(name) || isEmulator(name, environment)
  }
  return hosts.flatMap((host) =>
    host === undefined || isKnown(host)
      ? []
      : [
          text`${input} has the registry ${untrusted(host)}; allowed: private registries of Amazon ECR, by ACCOUNT.dkr.ecr.REGION.amazonaws.com or their FIPS and dual-stack hosts (dkr.ecr-fips, dkr-ecr.REGION.on.aws) and those of other partitions. ${otherWay(input, host)}`,
        ],
  )
}

/** What copies an image from or to a registry that requires another login. */
function otherWay(input: string, host: string): Text {
  if (input !== 'image' && host === publicHost)
    return text`For Amazon ECR Public, run build-push with repository: ${publicHost}/ALIAS/NAME`
  const names =
    input === 'image'
      ? text`-t ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG ${untrusted(host)}/NAME@DIGEST`
      : text`-t ${untrusted(host)}/NAME:TAG IMAGE@DIGEST`
  return text`For ${untrusted(host)}, log in with docker/login-action and run docker buildx imagetools create ${names}`
}
