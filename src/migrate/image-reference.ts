import { foldExpressions, throughEnv, wholeOutput } from './expressions.ts'
import type { Members } from './workflow.ts'

/** An image in Amazon ECR, as a workflow names it; its parts may be expressions. */
export interface EcrImage {
  readonly repository: string
  readonly tag: string
  /** Of a registry that is written out: the build must have credentials of this account and region. */
  readonly account?: string | undefined
  readonly region?: string | undefined
}

/** What a name can refer to: variables of `env`, and the steps that log in to Amazon ECR, by id. */
export interface Names {
  readonly env: Members
  readonly logins: ReadonlySet<string>
}

const host = /^(\d{12}|[\ue000-\uf8ff])\.dkr\.ecr\.([a-z0-9-]+|[\ue000-\uf8ff])\.amazonaws\.com(?:\.cn)?$/

/** The image of a reference `registry/repository:tag`; undefined: its registry is not certainly Amazon ECR. */
export function ecrImage(reference: string, names: Names): EcrImage | undefined {
  const direct = splitImage(reference, names)
  if (direct !== undefined) return direct
  // A variable may hold the registry, or the whole reference.
  const inner = throughEnv(reference, names.env)
  return inner === reference ? undefined : splitImage(inner, names)
}

function splitImage(reference: string, names: Names): EcrImage | undefined {
  const { folded, unfold } = foldExpressions(reference.trim())
  if (/[\s@"'$]/.test(folded)) return undefined
  const slash = folded.indexOf('/')
  const colon = folded.indexOf(':', slash)
  if (slash < 1) return undefined
  const registry = registryOf(folded.slice(0, slash), unfold, names)
  const repository = unfold(folded.slice(slash + 1, colon < 0 ? undefined : colon))
  const tag = colon < 0 ? 'latest' : unfold(folded.slice(colon + 1))
  if (registry === undefined || repository === '' || tag === '') return undefined
  return { repository, tag, ...registry }
}

function registryOf(folded: string, unfold: (part: string) => string, { env, logins }: Names) {
  const value = throughEnv(unfold(folded), env)
  const output = wholeOutput(value)
  if (output !== undefined) return logins.has(output.id) && output.output === 'registry' ? {} : undefined
  const inner = foldExpressions(value)
  const [, account, region] = host.exec(inner.folded) ?? []
  if (account === undefined || region === undefined) return undefined
  return { account: inner.unfold(account), region: inner.unfold(region) }
}

/** Whether a registry, as docker/login-action is given it, is Amazon ECR. */
export function isEcrRegistry(value: string, names: Names): boolean {
  const { folded, unfold } = foldExpressions(value.trim())
  return registryOf(folded, unfold, names) !== undefined
}

/** Several references of one image; undefined: of several repositories or registries, or one is not in Amazon ECR. */
export function sameRepository(images: readonly (EcrImage | undefined)[]): readonly EcrImage[] | undefined {
  const [first] = images
  const known = images.filter((image) => image !== undefined)
  const isSame = (image: EcrImage) =>
    image.repository === first?.repository && image.account === first.account && image.region === first.region
  return known.length === images.length && known.length > 0 && known.every(isSame) ? known : undefined
}
