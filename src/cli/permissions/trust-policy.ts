import { partitionOf } from '../../partitions.ts'
import type { Issuer } from './issuer.ts'
import { type Conditions, type PolicyDocument, policyOf } from './policy-document.ts'

/** A repository on GitHub. Its ids make the immutable form of `sub`. */
export interface GitHubRepository {
  /** `owner/name`. */
  readonly name: string
  readonly ids?: { readonly owner: string; readonly repository: string } | undefined
}

/** Whom a role trusts. */
export interface TrustRequest {
  readonly accountId: string
  readonly region: string
  readonly repository: GitHubRepository
  readonly environments: readonly string[]
  readonly issuer: Issuer
  readonly audience: string
  /** Values of `job_workflow_ref`; `*` and `?` are wildcards. */
  readonly workflows: readonly string[]
}

/** ARN of the identity provider. */
export function providerArn({
  accountId,
  region,
  issuer,
}: Pick<TrustRequest, 'accountId' | 'region' | 'issuer'>): string {
  return `arn:${partitionOf(region).id}:iam::${accountId}:oidc-provider/${issuer.name}`
}

/**
 * The trust policy of a role: tokens of these environments of this repository and nothing else. Both forms of `sub` are listed
 * where the ids are known (GitHub changelog 2026-04-23), and then `repository_id` holds a repository of the same name off. Keys:
 * https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
 */
export function trustPolicy(request: TrustRequest): PolicyDocument {
  return policyOf([
    {
      Sid: 'GitHubActions',
      Effect: 'Allow',
      Principal: { Federated: providerArn(request) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: conditionsOf(request),
    },
  ])
}

function conditionsOf(request: TrustRequest): Conditions {
  const { issuer, repository, audience, workflows } = request
  const exact = workflows.filter((workflow) => !/[*?]/.test(workflow))
  // Values of one key are alternatives; keys are not. One wildcard makes all of them patterns.
  const isPattern = exact.length < workflows.length
  const workflowKey = { [`${issuer.name}:job_workflow_ref`]: oneOrMore(workflows) }
  return {
    StringEquals: {
      [`${issuer.name}:aud`]: audience,
      [`${issuer.name}:sub`]: oneOrMore(subjectsOf(request)),
      ...(issuer.hasClaims && repository.ids && { [`${issuer.name}:repository_id`]: repository.ids.repository }),
      ...(workflows.length > 0 && !isPattern && workflowKey),
    },
    ...(isPattern && { StringLike: workflowKey }),
  }
}

/** Of each environment: `repo:owner/name:environment:NAME`, and with ids where they are known. */
export function subjectsOf({ repository: { name, ids }, environments }: TrustRequest): readonly string[] {
  const [owner = '', short = ''] = name.split('/')
  const forms = [`repo:${name}`, ...(ids ? [`repo:${owner}@${ids.owner}/${short}@${ids.repository}`] : [])]
  return environments.flatMap((environment) => forms.map((form) => `${form}:environment:${environment}`))
}

function oneOrMore(values: readonly string[]): string | readonly string[] {
  const [only] = values
  return values.length === 1 && only !== undefined ? only : values
}
