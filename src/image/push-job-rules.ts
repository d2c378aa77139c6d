import { Failure } from '../failure.ts'
import type { EcrPushJobs, RepositoryRule } from '../ports.ts'
import { asName, joined, type Text, text, untrusted } from '../text.ts'
import { fitsWildcard } from '../wildcard.ts'

/** What ECR makes of an image after its push. */
export type PushJobKind = 'signing' | 'replication'

/** The rules of the registry that apply to a repository. Throws `image-unsigned` or `image-not-replicated` when none does. */
export async function requireJobRules(
  jobs: EcrPushJobs,
  kind: PushJobKind,
  repository: string,
): Promise<readonly RepositoryRule[]> {
  const rules = kind === 'signing' ? await jobs.signingRules() : await jobs.replicationRules()
  const matches = kind === 'signing' ? matchesWildcard : matchesPrefix
  const fitting = (rules ?? []).filter(
    ({ filters }) => filters.length === 0 || filters.some((filter) => matches(filter, repository)),
  )
  if (fitting.length > 0) return fitting
  throw kind === 'signing' ? noSigningRule(repository, rules) : noReplicationRule(repository, rules ?? [])
}

/** `*` is any sequence of characters, `/` included (ECR, SigningRepositoryFilter). */
function matchesWildcard(filter: string, repository: string): boolean {
  return fitsWildcard(filter, repository)
}

/** PREFIX_MATCH (ECR, RepositoryFilter). */
function matchesPrefix(filter: string, repository: string): boolean {
  return repository.startsWith(filter)
}

function noSigningRule(repository: string, rules: readonly RepositoryRule[] | undefined): Failure {
  const why =
    rules === undefined
      ? text`SigningConfigurationNotFoundException: the registry has no signing configuration`
      : text`the signing configuration has ${ruleWords(rules)}`
  return new Failure({
    code: 'image-unsigned',
    what: text`Amazon ECR signs no images of the repository "${asName(repository)}"`,
    why,
    fix: text`Add a signing rule for the repository (aws ecr put-signing-configuration), or remove wait-for-signing.`,
    docs: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html',
  })
}

function noReplicationRule(repository: string, rules: readonly RepositoryRule[]): Failure {
  return new Failure({
    code: 'image-not-replicated',
    what: text`Amazon ECR replicates no images of the repository "${asName(repository)}"`,
    why: text`the registry has ${ruleWords(rules)}`,
    fix: text`Add a replication rule for the repository (aws ecr put-replication-configuration), or remove wait-for-replication.`,
    docs: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html',
  })
}

function ruleWords(rules: readonly RepositoryRule[]): Text {
  if (rules.length === 0) return text`no rules`
  const filters = rules.flatMap((rule) => rule.filters)
  return text`no rule for it, only for ${joined(filters.map((filter) => text`${untrusted(filter)}`))}`
}
