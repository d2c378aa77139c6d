import type { PermissionsPlan } from './plan-permissions.ts'

/** The plan as one document: for each account its provider, roles, boundary and repository policies, ready for the AWS CLI. */
export function jsonDocument({ accounts, notes }: PermissionsPlan) {
  return {
    accounts: accounts.map(({ accountId, provider, roles, boundary, repositoryPolicies }) => ({
      account: accountId,
      'oidc-provider': { arn: provider.arn, url: provider.url, 'client-id-list': [provider.audience] },
      ...(boundary && { boundary: { arn: boundary.arn, policy: boundary.policy } }),
      roles: roles.map(({ arn, name, path, environments, trust, policy }) => ({
        arn,
        name,
        path,
        environments,
        'trust-policy': trust,
        policy,
      })),
      'repository-policies': repositoryPolicies.map(({ arn, region, policy }) => ({ arn, region, policy })),
    })),
    notes,
  }
}
